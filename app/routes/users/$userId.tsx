import { useActionData, useLoaderData } from '@remix-run/react'
import { Confirm } from '#app/components/confirm.tsx'
import { CopyBox } from '#app/components/copy.tsx'
import { SchemaForm, useRefusal } from '#app/components/form.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { PostForm } from '#app/components/post-form.tsx'
import { Facts } from '#app/components/record.tsx'
import { Age, FullTime, Time } from '#app/components/time.tsx'
import { WholeValue } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { ROLES } from '#app/lib/roles.ts'
import { titledBy } from '#app/lib/title.ts'
import { useTimes, useViewer } from '#app/lib/viewer.ts'
import { RoleChange, UserId } from '#server/modules/users/schema.ts'

type Named = { user: { username: string } }
export const meta = titledBy(({ user }: Named) => user.username)
export const handle = { trail: ({ user }: Named) => [{ title: 'Users', to: '/users' }, { title: user.username }] }

export const loader = load(async ({ api, params }) => ({
  user: await api.users.get(UserId.parse({ id: params.userId })),
  fields: fieldsOf(RoleChange, { role: { title: 'Role', choices: ROLES } }),
}))

export const action = act(async ({ api, params, form, origin }) => {
  const { id } = UserId.parse({ id: params.userId })
  if (form.intent === 'role') await api.users.setRole(RoleChange.parse({ id, role: form.role }))
  if (form.intent === 'deactivate') await api.users.deactivate({ id })
  if (form.intent === 'reactivate') await api.users.reactivate({ id })
  if (form.intent !== 'link') return { did: form.intent ?? '' }
  // The link is in this answer only.
  const { resetPath, expires_at } = await api.users.resetLink({ id })
  return { did: 'link', link: new URL(resetPath, origin).href, expires_at }
})

const DID: Record<string, string> = {
  role: 'The role is changed, from their next request on.',
  deactivate: 'They are signed out and cannot sign in again.',
  reactivate: 'They may sign in again.',
}

export default function UserPage() {
  const { zone } = useTimes()
  const { user, fields } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const did = answer && 'did' in answer ? DID[answer.did] : undefined
  return (
    <>
      <PageHead title={<WholeValue text={user.username} />}>
        {user.is_active ? <Deactivate /> : <Reactivate />}
      </PageHead>
      {did && (
        <Notice kind="done" role="status">
          {did}
        </Notice>
      )}
      <Facts
        facts={{
          Role: user.role,
          State: user.is_active ? 'active' : 'deactivated',
          'Last seen': <Age at={user.last_seen_at} />,
          [`Member since (${zone})`]: <Time at={user.created_at} />,
        }}
      />
      <section className="pt-3">
        <SectionHead title="Role" />
        <SchemaForm
          plain
          fields={fields}
          intent="role"
          values={{ role: user.role }}
          submit="Change role"
          failed="The role was not changed."
        />
      </section>
      <ResetLink />
    </>
  )
}

function ResetLink() {
  const answer = useActionData<typeof action>()
  const refusal = useRefusal('link')
  return (
    <section className="pt-3 form">
      <SectionHead title="Password" />
      <p>A link lets them set a new password. It works once, and an older link stops working.</p>
      {refusal && (
        <Notice kind="bad" role="alert">
          <b>No link was made.</b> {refusal.fields['']}
        </Notice>
      )}
      {answer && 'link' in answer && answer.link ? (
        <div className="grid gap-2 pt-2">
          <CopyBox text={answer.link} name="Copy link" />
          <p className="hint">
            Not shown again. Works until <FullTime at={answer.expires_at} />.
          </p>
        </div>
      ) : (
        <PostForm className="pt-2">
          <input type="hidden" name="intent" value="link" />
          <button type="submit" className="btn">
            Make a password link
          </button>
        </PostForm>
      )}
    </section>
  )
}

function Deactivate() {
  const { user } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  if (viewer?.accountId === user.id) return null
  return (
    <Confirm ask="Deactivate" act={`Deactivate ${user.username}`} intent="deactivate" id={user.id}>
      <b>{user.username}</b> is shut out of <b>{viewer?.tenantName}</b> at once, in every open window. What they did
      stays. You can let them in again.
    </Confirm>
  )
}

function Reactivate() {
  const { user } = useLoaderData<typeof loader>()
  return (
    <PostForm>
      <input type="hidden" name="intent" value="reactivate" />
      <button type="submit" className="btn primary">
        Reactivate {user.username}
      </button>
    </PostForm>
  )
}
