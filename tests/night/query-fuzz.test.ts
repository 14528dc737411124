import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openBase } from '#server/base.ts'
import { readEnv } from '#server/platform/env.ts'
import { createCaller } from '#server/router.ts'
import { startInstallation } from '../support/product.ts'
import { SENT, written } from '../support/queried-rows.ts'
import { queriesOver } from '../support/query-oracle.ts'

const QUERIES = Number(process.env.QUERIES ?? 20_000)
const AT_ONCE = 4
const CANARY = 'canary-of-another-tenant'

const TOKENS = [
  ...'( ) " : > < = [ ] { } * ? / - . , AND OR NOT TO Name: Pid: Pid> Exe:* Tags: time: time> time:last received:today'.split(' '),
  ...'now-1d 2026-01-05 10:00 Europe/Vienna 7 days host: artifact: flow: hunt: delivery: ip: file.path: hash.sha256:'.split(' '),
  ...'row.host: Nested. "Computer 10.0.0.0/8 ::1 /a.*b/ /(/ \\ \u202e \u0001 ; -- \' ` 1e999 99999999999999999999 NaN'.split(' '),
  ' ',
  ' ',
] // biome-ignore format: a list to read across
const soup = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...TOKENS) }, fc.string({ unit: 'binary', maxLength: 6 })), {
    maxLength: 14,
  })
  .map((tokens) => tokens.join(''))

test(`${QUERIES} generated queries: an answer or a place, never a failure, never another tenant's row`, {
  timeout: 7_200_000,
}, async () => {
  const { installation, stop } = await startInstallation()
  const base = await openBase(
    readEnv({
      NODE_ENV: 'test',
      APP_DATABASE_URL: installation.loginUrl,
      CLICKHOUSE_URL: installation.clickhouseUrl,
      DATA_DIR: installation.dataDir,
      SECRET_KEY: installation.secretKey,
      LOG_LEVEL: 'silent',
    }),
    'worker',
  )
  const tenantWith = async (lines: string, artifact: string) => {
    const { id } = await base.pool
      .insertInto('tenant')
      .values({ name: artifact })
      .returning('id')
      .executeTakeFirstOrThrow()
    const actor = {
      accountId: null,
      sourceId: null,
      sessionId: null,
      name: 'fuzz',
      tenantId: id,
      role: 'user',
      operator: false,
    } as const
    const caller = (delivered?: Awaited<ReturnType<typeof base.spool.receive>>) =>
      createCaller({ ...base, actor, requestId: 'fuzz', ip: '127.0.0.1', delivered })
    const { batch } = await caller(await base.spool.receive(Readable.from([Buffer.from(lines)]))).ingestion.receive({
      artifact,
      hostname: 'ws-01',
    })
    const state = async () => (await caller().ingestion.get({ id: batch.id })).state
    for (let now = await state(); now !== 'done'; now = await state()) {
      if (now === 'failed') throw new Error('The rows could not be loaded.')
      await sleep(100)
    }
    return caller()
  }
  try {
    const api = await tenantWith(SENT.map(({ row }) => `${written(row)}\n`).join(''), 'Fuzz.Own')
    const foreign = SENT.map(({ row }) => `${written({ ...row, Canary: CANARY, Name: CANARY })}\n`).join('')
    await tenantWith(foreign, CANARY)
    const counts = { rows: 0, flaw: 0 }
    const ask = async (q: string) => {
      const outcome = await api.telemetry.rows({ q, limit: 20 }).then(
        (found) => JSON.stringify(found),
        (error: { code: string; cause?: { fields?: Record<string, string>; issues?: unknown } }) => {
          const placed = error.cause?.fields?.['q.at'] !== undefined || error.cause?.issues !== undefined
          if (!placed) throw new Error(`${JSON.stringify(q)} ${error.code} ${String(error.cause ?? error)}`)
          return null
        },
      )
      counts[outcome === null ? 'flaw' : 'rows'] += 1
      if (outcome?.includes(CANARY)) throw new Error(`${JSON.stringify(q)} shows another tenant`)
    }
    const texts = fc.oneof(
      queriesOver(SENT).map(({ text }) => text),
      soup,
    )
    const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31)
    const queries = fc.sample(texts, { numRuns: QUERIES, seed })
    for (let from = 0; from < queries.length; from += AT_ONCE) {
      await Promise.all(queries.slice(from, from + AT_ONCE).map(ask)).catch((error: Error) => {
        throw new Error(`seed ${seed}: ${error.message}`)
      })
    }
    console.log(`${counts.rows} answered, ${counts.flaw} refused with their place`)
    expect(counts.rows).toBeGreaterThan(QUERIES / 4)
    expect(counts.flaw).toBeGreaterThan(QUERIES / 20)
  } finally {
    await base.close()
    await stop()
  }
})
