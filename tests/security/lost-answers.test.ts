import { randomUUID } from 'node:crypto'
import { connect as dial } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { callRest } from '../support/product-client.ts'
import { connect } from '../support/second-database.ts'
import { base, installation, jsonLines, newTenant } from '../support/world.ts'

const LOST = Number(process.env.LOST ?? 200)
const AT_ONCE = 8
const superusers = await Promise.all(Array.from({ length: AT_ONCE }, () => connect(installation.adminUrl)))
afterAll(() => Promise.all(superusers.map((one) => one.end())))

test(`${LOST} answers lost after the commit: each retry is told the first result, and no row is there twice`, {
  timeout: 240_000,
}, async () => {
  const tenant = await newTenant()
  const token = await base.auth.tokens.issue({
    accountId: tenant.people.user.id,
    tenantId: tenant.id,
    epoch: 1,
    role: 'user',
  })
  const bodyOf = (n: number) => jsonLines([{ Artifact: 'Lost', Hostname: 'ws-1', n }])
  const committed = async (superuser: (typeof superusers)[number], key: string) => {
    const { rows } = await superuser.query<{ id: string }>(
      'select id from batch where tenant_id = $1 and idempotency_key = $2',
      [tenant.id, `people:${key}`],
    )
    return rows[0] ? Number(rows[0].id) : null
  }

  /** Sends and hangs up as soon as the ledger has it, before the answer: the server waits for the load first. */
  async function loseAnswer(superuser: (typeof superusers)[number], key: string, n: number): Promise<number> {
    const { port } = new URL(installation.url)
    const socket = dial(Number(port), '127.0.0.1')
    socket.on('error', () => {})
    const body = bodyOf(n)
    socket.write(
      `POST /api/ingestion/batches HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: ${key}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    for (;;) {
      const id = await committed(superuser, key)
      if (id !== null) {
        socket.destroy()
        return id
      }
      await sleep(1)
    }
  }

  async function retried(key: string, n: number) {
    for (;;) {
      const answer = await callRest('POST', '/ingestion/batches', {
        token,
        body: bodyOf(n),
        headers: { 'idempotency-key': key, 'content-type': 'application/x-ndjson' },
      })
      if (answer.status !== 409) return answer
      await sleep(100)
    }
  }

  let n = 0
  const worker = async (superuser: (typeof superusers)[number]) => {
    while (n < LOST) {
      n += 1
      const mine = n
      const key = randomUUID()
      const id = await loseAnswer(superuser, key, mine)
      const answer = await retried(key, mine)
      expect([answer.status, answer.headers.get('idempotent-replayed'), JSON.parse(answer.text).id]).toEqual([
        200,
        'true',
        id,
      ])
    }
  }
  await Promise.all(superusers.map(worker))
  const [stored] = await base.telemetry
    .forTenant(tenant.id)
    .select<{ rows: number; different: number }>(
      `select count() as rows, uniqExact(raw) as different from rows where tenant_id = {tenant:UInt64}`,
    )
  expect(stored).toEqual({ rows: LOST, different: LOST })
})
