import { redirect } from '@remix-run/node'
import { act, redirectWith } from '#app/lib/api.server.ts'
import { nextPath } from '#app/lib/next-path.ts'

export const loader = () => redirect('/')

export const action = act(async ({ accounts, form }) =>
  redirectWith(nextPath(form.next), await accounts.switchTenant({ tenantId: Number(form.tenantId) })),
)

/** Never drawn; with it, a failure gets an error page. */
export default function SwitchTenant() {
  return null
}
