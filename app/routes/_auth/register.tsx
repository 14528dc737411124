import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Door } from '#app/components/door.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { actOpen, loadOpen, redirectWith } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titled } from '#app/lib/title.ts'
import { Registration } from '#server/modules/identity/schema.ts'

export const meta = titled('Create an account')

export const loader = loadOpen(async ({ accounts }) => {
  const { empty, registration } = await accounts.installation()
  if (empty) throw redirect('/first')
  const fields = fieldsOf(Registration, {
    username: { title: 'Username', autoComplete: 'username' },
    password: {
      title: 'Password',
      autoComplete: 'new-password',
      hint: 'At least 15 characters. A short sentence is easy to keep.',
    },
  })
  return { fields, open: registration === 'open' }
})

export const action = actOpen(async ({ accounts, form }) =>
  redirectWith('/', await accounts.register(Registration.parse(form))),
)

export default function Register() {
  const { fields, open } = useLoaderData<typeof loader>()
  return (
    <Door>
      <h1>Create an account</h1>
      {open ? (
        <SchemaForm fields={fields} submit="Create account" failed="The account was not created." tall />
      ) : (
        <p className="pt-1">
          Registration is by invitation. An admin of your tenant can make your account and send you a link.
        </p>
      )}
      <p className="pt-3">
        <Link className="link" to="/login">
          Sign in instead
        </Link>
      </p>
    </Door>
  )
}
