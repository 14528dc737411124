import { createReadStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'

export const USER = { username: 'bench', password: 'a bench is a long seat' }
type Batch = {
  id: number
  state: string
  received: number
  stored: number
  duplicate: number
  rejected: number
  error: string | null
}

/** The product over its own REST door, as an external tool uses it. */
export async function restClient(url: string) {
  const json = { 'content-type': 'application/json' }
  await fetch(`${url}/api/auth/register`, { method: 'POST', headers: json, body: JSON.stringify(USER) })
  const login = await fetch(`${url}/api/auth/login`, { method: 'POST', headers: json, body: JSON.stringify(USER) })
  const { access_token } = (await login.json()) as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  const batch = async (id: number) =>
    (await (await fetch(`${url}/api/ingestion/batches/${id}`, { headers })).json()) as Batch

  return {
    headers,
    batch,
    /** Sends a file and waits for the end of its load. `acknowledged` and `done` are seconds since the first byte. */
    async deliver(path: string) {
      const started = performance.now()
      const body = Readable.toWeb(createReadStream(path, { highWaterMark: 1024 * 1024 })) as ReadableStream
      const answer = await fetch(`${url}/api/ingestion/batches`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/x-ndjson' },
        body,
        duplex: 'half',
      } as RequestInit)
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
      const acknowledged = seconds(started)
      let found = (await answer.json()) as Batch
      for (; !['done', 'failed'].includes(found.state); found = await batch(found.id)) await sleep(50)
      if (found.state === 'failed') throw new Error(found.error ?? 'failed')
      return { batch: found, acknowledged, done: seconds(started) }
    },
    /** The cookie of a signed-in browser. */
    async cookie() {
      const form = new URLSearchParams(USER)
      const answer = await fetch(`${url}/login`, {
        method: 'POST',
        body: form,
        redirect: 'manual',
        headers: { origin: url },
      })
      const [cookie] = answer.headers.getSetCookie()
      if (!cookie) throw new Error(`No session: ${answer.status}`)
      return cookie.split(';', 1)[0]!
    },
  }
}

export const seconds = (since: number) => (performance.now() - since) / 1000

/** Resident memory of a process now and at its highest, in MB. */
export function memoryOf(pid: number): { now: number; peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (field: string) =>
    Math.round(Number(status.match(new RegExp(`${field}:\\s+(\\d+)`))?.[1] ?? 0) / 1024)
  return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') }
}
