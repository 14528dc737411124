import { data } from '@remix-run/node'
import { loadOpen } from '#app/lib/api.server.ts'

export const loader = loadOpen(({ requestId }) => {
  throw data({ message: 'Nothing stands at this address.', requestId }, { status: 404 })
})

/** Never drawn: the address leads nowhere, and the frame says so. */
export default function Missing() {
  return null
}
