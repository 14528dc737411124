import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Door } from '#app/components/door.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { actOpen, loadOpen, redirectWith } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titled } from '#app/lib/title.ts'
import { Registration } from '#server/modules/identity/schema.ts'

export const meta = titled('First account')

export const loader = loadOpen(async ({ accounts }) => {
  const { empty, needsSetupCode } = await accounts.installation()
  if (!empty) throw redirect('/login')
  const fields = fieldsOf(Registration, {
    username: { title: 'Username', autoComplete: 'username' },
    password: {
      title: 'Password',
      autoComplete: 'new-password',
      hint: 'At least 15 characters. A short sentence is easy to keep.',
    },
    setupCode: {
      title: 'Setup code',
      required: true,
      mono: true,
      hint: 'The server printed it when it started: see its log.',
    },
  })
  return { fields: needsSetupCode ? fields : fields.filter(({ name }) => name !== 'setupCode') }
})

export const action = actOpen(async ({ accounts, form }) =>
  redirectWith('/', await accounts.register(Registration.parse(form))),
)

export default function FirstAccount() {
  return (
    <Door>
      <h1>Create the first account</h1>
      <p className="muted pb-2">This installation is empty. The first account becomes its admin and operator.</p>
      <SchemaForm
        {...useLoaderData<typeof loader>()}
        submit="Create account"
        failed="The account was not created."
        tall
      />
    </Door>
  )
}
