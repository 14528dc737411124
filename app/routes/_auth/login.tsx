import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Door } from '#app/components/door.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Notice } from '#app/components/notice.tsx'
import { actOpen, loadOpen, redirectWith } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { titled } from '#app/lib/title.ts'
import { SignIn } from '#server/modules/identity/schema.ts'

const SAID: Record<string, string> = {
  'signed-out': 'You are signed out.',
  'password-set': 'The password is set. Sign in with it.',
}

export const meta = titled('Sign in')

export const loader = loadOpen(async ({ viewer, accounts, query }) => {
  const next = nextPath(query.next)
  if (viewer) throw redirect(next)
  const { empty, registration } = await accounts.installation()
  if (empty) throw redirect('/first')
  const fields = fieldsOf(SignIn, {
    username: { title: 'Username', autoComplete: 'username' },
    password: { title: 'Password', autoComplete: 'current-password' },
  })
  return { fields, next, open: registration === 'open', said: SAID[query.said ?? ''] ?? null }
})

export const action = actOpen(async ({ accounts, form }) =>
  redirectWith(
    nextPath(form.next),
    await accounts.signIn({ username: form.username ?? '', password: form.password ?? '' }),
  ),
)

export default function Login() {
  const { fields, next, open, said } = useLoaderData<typeof loader>()
  return (
    <Door>
      <h1>Sign in</h1>
      {said && (
        <Notice kind="done" role="status">
          {said}
        </Notice>
      )}
      <SchemaForm fields={fields} submit="Sign in" failed="You are not signed in." tall>
        <input type="hidden" name="next" value={next} />
      </SchemaForm>
      <p className="hint pt-3">
        {open ? (
          <>
            No account yet?{' '}
            <Link className="link" to="/register">
              Create one
            </Link>
          </>
        ) : (
          'Accounts are made by an admin, who can also send you a link to set a new password.'
        )}
      </p>
    </Door>
  )
}
