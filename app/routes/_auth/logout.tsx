import { redirect } from '@remix-run/node'
import { actOpen, redirectWith } from '#app/lib/api.server.ts'

/** Signing out changes something, so a link must not do it. */
export const loader = () => redirect('/')

export const action = actOpen(async ({ accounts }) => redirectWith('/login?said=signed-out', await accounts.signOut()))

/** Never drawn; with it, a failure gets an error page. */
export default function SignOut() {
  return null
}
