import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { restClient, USER } from '../bench/rest-client.ts'
import { startWholeProduct } from '../support/whole-product.ts'

// The area under the curve of 600 against 600 equal samples varies by 0.017: the bounds are three of these away.
const PROBES = Number(process.env.PROBES ?? 600)
const NAMES = 12
const PASSWORD = 'not the password of anybody'

test('the time a sign-in takes does not tell whether the account exists, is shut out or is locked', async () => {
  const product = await startWholeProduct({ REGISTRATION: 'open', TRUST_PROXY: 'loopback' })
  const { headers } = await restClient(product.url)
  const json = { 'content-type': 'application/json' }
  const register = async (username: string) => {
    const body = JSON.stringify({ username, password: USER.password })
    const answer = await fetch(`${product.url}/api/auth/register`, { method: 'POST', headers: json, body })
    return ((await answer.json()) as { id: number }).id
  }
  const names = (kind: string) => Array.from({ length: NAMES }, (_, n) => `${kind}-${n}-${randomInt(1e6)}`)
  const kinds = { known: names('aaaaa'), disabled: names('bbbbb'), unknown: names('ccccc') }
  for (const name of kinds.known) await register(name)
  for (const name of kinds.disabled) {
    const id = await register(name)
    expect((await fetch(`${product.url}/api/users/${id}`, { method: 'DELETE', headers })).status).toBe(204)
  }

  /** One wrong sign-in from an address of its own, so that no counter but the account's is met. */
  const attempt = async (username: string) => {
    const from = `10.${randomInt(250)}.${randomInt(250)}.${randomInt(250)}`
    const started = performance.now()
    const answer = await fetch(`${product.url}/api/auth/login`, {
      method: 'POST',
      headers: { ...json, 'x-forwarded-for': from },
      body: JSON.stringify({ username, password: PASSWORD }),
    })
    const text = await answer.text()
    return { ms: performance.now() - started, shown: `${answer.status} ${text}` }
  }

  const times: Record<string, number[]> = { known: [], disabled: [], unknown: [] }
  const shown = new Set<string>()
  for (let n = 0; n < PROBES; n += 1) {
    for (const [kind, all] of Object.entries(kinds).sort(() => Math.random() - 0.5)) {
      const { ms, shown: text } = await attempt(all[n % NAMES]!)
      times[kind]!.push(ms)
      shown.add(text)
    }
  }
  await product.stop()
  expect([...shown]).toEqual(['401 {"detail":"Incorrect username or password"}'])
  for (const kind of ['known', 'disabled']) {
    const area = areaUnderCurve(times[kind]!, times.unknown!)
    expect([kind, area > 0.45, area < 0.55, area]).toEqual([kind, true, true, area])
  }
}, 900_000)

/** How often one of `a` is larger than one of `b`: 0.5 when nobody can tell them apart. */
function areaUnderCurve(a: number[], b: number[]): number {
  const wins = a.reduce((sum, x) => sum + b.filter((y) => x > y).length + b.filter((y) => x === y).length / 2, 0)
  return wins / (a.length * b.length)
}
