import { useActionData, useLoaderData } from '@remix-run/react'
import { CopyBox } from '#app/components/copy.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { ROLES } from '#app/lib/roles.ts'
import { titled } from '#app/lib/title.ts'
import { NewUser } from '#server/modules/users/schema.ts'

export const meta = titled('Create user')
export const handle = { trail: () => [{ title: 'Users', to: '/users' }, { title: 'Create user' }] }

export const loader = load(() => ({
  fields: fieldsOf(NewUser, {
    username: { title: 'Username', mono: true, hint: 'Somebody who has an account in another tenant joins with it.' },
    role: { title: 'Role', choices: ROLES, required: true },
  }),
}))

// No redirect: the link is in this answer only.
export const action = act(async ({ api, form, origin }) => {
  const { resetPath, ...user } = await api.users.create(NewUser.parse(form))
  return { made: { ...user, link: resetPath && new URL(resetPath, origin).href } }
})

export default function CreateUser() {
  const { fields } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  if (answer && 'made' in answer) return <Made {...answer.made} />
  return (
    <>
      <PageHead title="Create user" about="You choose name and role; they set their own password through a link." />
      <SchemaForm
        fields={fields}
        values={{ role: 'user' }}
        submit="Create user"
        failed="The user was not created."
        cancel="/users"
      />
    </>
  )
}

const Made = ({ id, username, link }: { id: number; username: string; link: string | null }) => (
  <>
    <PageHead title={`User ${username} is created`} />
    <div className="form grid gap-2">
      {link ? (
        <>
          <p>Send them this link. It works once, for 48 hours, and is not shown again.</p>
          <CopyBox text={link} name="Copy link" />
          <Notice kind="warn">
            Whoever opens the link sets the password. Send it on a way that only {username} reads.
          </Notice>
        </>
      ) : (
        <p>They already have an account and sign in with their own password.</p>
      )}
      <div className="acts">
        <Link className="btn" to={`/users/${id}`}>
          Open user
        </Link>
        <Link className="btn quiet" to="/users">
          All users
        </Link>
      </div>
    </div>
  </>
)
