import { restClient } from '../bench/rest-client.ts'

/** A tenant of a running product, by the token of a source in it. */
export type Fleet = { name: string; headers: Record<string, string>; cookie: string }

/** Makes `count` tenants with a source each, as an operator does it by hand. The first is the one that was there. */
export async function tenantsOf(url: string, count: number): Promise<Fleet[]> {
  const client = await restClient(url)
  let cookie = await client.cookie()
  const call = async <T>(procedure: string, input: unknown): Promise<T> => {
    const headers = { cookie, origin: url, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/trpc/${procedure}`, { method: 'POST', headers, body: JSON.stringify(input) })
    if (!answer.ok) throw new Error(`${procedure}: ${answer.status} ${await answer.text()}`)
    return ((await answer.json()) as { result: { data: T } }).result.data
  }
  const made: Fleet[] = []
  for (let n = 0; n < count; n += 1) {
    if (n > 0) {
      const { id } = await call<{ id: number }>('tenants.create', { name: `Fleet ${n}` })
      const form = new URLSearchParams({ tenantId: String(id) })
      const switched = await fetch(`${url}/switch`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        headers: { cookie, origin: url },
      })
      cookie = switched.headers.getSetCookie()[0]?.split(';', 1)[0] ?? cookie
    }
    const { token } = await call<{ token: string }>('sources.create', { name: `source-${n}` })
    made.push({ name: `Fleet ${n}`, headers: { authorization: `Bearer ${token}` }, cookie })
  }
  return made
}
