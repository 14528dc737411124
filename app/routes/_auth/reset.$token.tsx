import { useLoaderData } from '@remix-run/react'
import { Door } from '#app/components/door.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { actOpen, loadOpen, redirectWith } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titled } from '#app/lib/title.ts'
import { PasswordReset } from '#server/modules/identity/schema.ts'

export const meta = titled('Set a password')

export const loader = loadOpen(() => ({
  fields: fieldsOf(PasswordReset, {
    password: {
      title: 'New password',
      autoComplete: 'new-password',
      hint: 'At least 15 characters. A short sentence is easy to keep.',
    },
  }),
}))

export const action = actOpen(async ({ accounts, form, params }) =>
  redirectWith('/', await accounts.reset({ token: params.token ?? '', password: form.password ?? '' })),
)

export default function Reset() {
  return (
    <Door>
      <h1>Set a password</h1>
      <p className="muted pb-2">The link works once. Setting the password ends every other session of the account.</p>
      <SchemaForm {...useLoaderData<typeof loader>()} submit="Set password" failed="The password was not set." tall />
    </Door>
  )
}
