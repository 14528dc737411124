import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { sql } from 'kysely'
import type { MemberRole } from '#db/types.ts'
import type { Base } from '#server/base.ts'
import { hashToken, newToken } from '#server/platform/auth/keys.ts'
import { ROW_TABLES } from '#server/platform/telemetry.ts'
import { inTenant, type TenantDb } from '#server/platform/tenant.ts'
import type { Actor } from '#server/platform/trpc.ts'

export const ROLES = ['viewer', 'user', 'lead', 'admin'] as const

/** The ids by which a tenant's objects are asked for; those of nobody have the same shape. */
export type Ids = {
  tenant: number
  user: number
  source: number
  host: number
  /** A second host, and one that is merged into the first. */
  otherHost: number
  mergedHost: number
  batch: number
  alarm: number
  verdict: number
  /** A shared view, a link that was sent, and a comment on the row. */
  view: number
  link: number
  comment: number
  annotation: number
  row: string
  session: string
  /** Words that stand in this tenant's rows but are no canary: they may come back in an answer. */
  hostname: string
  artifact: string
  hash: string
}

export type Planted = Awaited<ReturnType<typeof plant>>

export const NOBODY: Ids = {
  tenant: 900_000_000_000_001,
  user: 900_000_000_000_001,
  source: 900_000_000_000_001,
  host: 900_000_000_000_001,
  otherHost: 900_000_000_000_002,
  mergedHost: 900_000_000_000_003,
  batch: 900_000_000_000_001,
  alarm: 900_000_000_000_001,
  verdict: 900_000_000_000_001,
  view: 900_000_000_000_001,
  link: 900_000_000_000_001,
  comment: 900_000_000_000_001,
  annotation: 900_000_000_000_001,
  row: '900000000000001.900000000000001.1',
  session: 'f'.repeat(16),
  hostname: 'nobody-has-this-name',
  artifact: 'Nobody.Has.This',
  hash: 'f'.repeat(64),
}

/** A tenant with at least one row in every table, each text of it a canary: `mark` must never show to anybody else. */
export async function plant(base: Base) {
  const tag = randomBytes(5).toString('hex')
  const mark = `cnry${tag}`
  const { id } = await base.pool
    .insertInto('tenant')
    .values({ name: `${mark} tenant`, description: `${mark} description` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const people = {} as Record<MemberRole, { id: number; username: string }>
  for (const role of ROLES) people[role] = await person(base, id, role, `${mark}-${role}`)
  const user = await person(base, id, 'user', `${mark}-somebody`)
  const { token, hash: tokenHash } = newToken('vcs_')
  const words = {
    hostname: `plain-${tag}`,
    artifact: `Plain.${tag}`,
    hash: createHash('sha256').update(mark).digest('hex'),
  }
  const who = { tenantId: id, accountId: null, requestId: `${mark}-request` }
  const made = await inTenant(base.pool, who, 'read write', (db) =>
    records(db, mark, { user: user.id, tokenHash, words }),
  )
  await plantRows(base, id, mark, { ...made, artifact: words.artifact })

  const actor = (role: MemberRole | 'ingest'): Actor => ({
    accountId: role === 'ingest' ? null : people[role].id,
    sourceId: role === 'ingest' ? made.tokenSource : null,
    sessionId: null,
    name: role === 'ingest' ? 'token' : people[role].username,
    tenantId: id,
    role,
    operator: false,
  })
  const ids = { tenant: id, user: user.id, ...made, row: `${made.host}.${made.batch}.1`, session: '', ...words }
  return {
    id,
    mark,
    tag,
    people,
    token,
    actor,
    /** The objects of this tenant; the session belongs to the person of that role. */
    ids: async (role: MemberRole): Promise<Ids> => ({ ...ids, session: await shortSession(base, people[role].id, id) }),
    cookie: (role: MemberRole) => cookieOf(base, people[role].id, id),
    jwt: (role: MemberRole) => base.auth.tokens.issue({ accountId: people[role].id, tenantId: id, epoch: 1, role }),
  }
}

async function person({ pool }: Base, tenantId: number, role: MemberRole, username: string) {
  const account = await pool
    .insertInto('account')
    .values({ username })
    .returning(['id', 'username'])
    .executeTakeFirstOrThrow()
  await pool.insertInto('auth.password').values({ account_id: account.id, hash: 'none' }).execute()
  await pool.insertInto('membership').values({ tenant_id: tenantId, account_id: account.id, role }).execute()
  return account
}

type Known = { user: number; tokenHash: string; words: Pick<Ids, 'hostname' | 'artifact' | 'hash'> }

async function records(db: TenantDb, mark: string, { user, tokenHash, words }: Known) {
  const host = await db
    .insertInto('host')
    .values({
      hostname: `${mark}-host`,
      client_id: `C.${mark}-O${mark}`,
      fqdn: `${mark}.example`,
      os: `${mark} os`,
      ip_address: '10.1.2.3',
      host_metadata: JSON.stringify({ note: mark }),
      os_release: `${mark} release`,
      architecture: `${mark} architecture`,
      client_version: `${mark} version`,
      machine_id: `${mark} machine`,
      known_as: `${mark} earlier name`,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const [otherHost, mergedHost] = await db
    .insertInto('host')
    .values([
      { hostname: words.hostname, os: `${mark} os`, fqdn: `${mark}.example` },
      { hostname: `${mark}-merged`, merged_into: host.id },
    ])
    .returning('id')
    .execute()
  await hostHistory(db, mark, { host: host.id, merged: mergedHost!.id, user, label: words.hostname })
  const sources = await db
    .insertInto('source')
    .values([
      {
        name: `${mark} source`,
        token_prefix: `${mark} prefix`,
        token_hash: `${mark} hash`,
        created_by: user,
        org: `${mark} org`,
        previous_token_hash: `${mark} previous`,
        previous_token_ends_at: sql`now() + interval '1 day'`,
      },
      {
        name: `${mark} token`,
        token_prefix: 'vcs_',
        token_hash: tokenHash,
        created_by: user,
        org: null,
        previous_token_hash: null,
        previous_token_ends_at: null,
      },
    ])
    .returning('id')
    .execute()
  const text = (column: string) => `${mark} ${column}`
  const batch = await db
    .insertInto('batch')
    .values({
      state: 'done',
      format: 'jsonl',
      source_id: sources[1]!.id,
      created_by: user,
      idempotency_key: text('key'),
      filename: text('file'),
      artifact: text('artifact'),
      hostname: text('hostname'),
      client_id: text('client'),
      flow_id: text('flow'),
      sha256: text('sha256'),
      spool_name: text('spool'),
      error: text('error'),
      bytes: 10,
      received: 2,
      stored: 1,
      rejected: 1,
      done_at: new Date(),
      watched_at: new Date(), // else the alarms would look at it while the matrix runs
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('batch')
    .values({
      state: 'needs_artifact',
      sha256: text('waiting'),
      bytes: 1,
      sealed_password: text('password'),
      proposed: JSON.stringify({ artifacts: [], columns: [mark], needs_host: true }),
    })
    .execute()
  await db
    .insertInto('batch_member')
    .values({
      batch_id: batch.id,
      n: 1,
      name: text('file'),
      kind: 'upload',
      artifact: text('artifact'),
      client_id: text('client'),
      hostname: text('hostname'),
      flow_id: text('flow'),
      bytes: 1,
      sha256: text('sha256'),
      kept_as: text('kept'),
      note: text('note'),
    })
    .execute()
  await db
    .insertInto('flow')
    .values({
      host_id: host.id,
      flow_id: `F.${mark}.H`,
      artifacts: [mark],
      creator: text('creator'),
      state: text('state'),
      parameters: JSON.stringify({ [mark]: {} }),
      batch_id: batch.id,
    })
    .execute()
  await db
    .insertInto('archive_key')
    .values({ sealed: text('sealed'), fingerprint: text('fingerprint'), set_by: user })
    .execute()
  const alarm = await db
    .insertInto('alarm')
    .values({
      kind: 'drift',
      about: text('about'),
      occurrence: text('occurrence'),
      source_id: sources[0]!.id,
      batch_id: batch.id,
      artifact: text('artifact'),
      detail: JSON.stringify({ added: [mark] }),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const kept = await keptViews(db, mark, user, host.id, batch.id)
  await db.insertInto('source_visit').values({ source_id: sources[0]!.id, visited_at: new Date(), stored: 1 }).execute()
  await db
    .insertInto('artifact_profile')
    .values({ artifact: text('artifact'), deliveries: 1 })
    .execute()
  await db
    .insertInto('artifact_column')
    .values({ artifact: text('artifact'), name: mark, kinds: [mark], deliveries: 1, last_batch_id: batch.id })
    .execute()
  await db
    .insertInto('activity')
    .values({
      actor_id: user,
      actor_name: text('actor'),
      verb: text('verb'),
      subject_type: text('type'),
      subject_id: text('subject'),
      detail: JSON.stringify({ note: mark }),
      request_id: text('request'),
    })
    .execute()
  await db
    .insertInto('virustotal_key')
    .values({ sealed: text('sealed'), set_by: user })
    .execute()
  await db
    .insertInto('virustotal_report')
    .values({ hash: words.hash, found: true, malicious: 1, names: [mark], expires_at: sql`now() + interval '1 day'` })
    .execute()
  await db
    .insertInto('retention')
    .values({ artifact: text('kept'), days: 36_000 })
    .execute()
  await db
    .insertInto('column_map')
    .values({
      artifact: text('mapped'),
      corrections: JSON.stringify({ columns: [{ path: mark, role: 'path' }] }),
      revision: 1,
      derived_revision: 1,
      error: text('derivation'),
      corrected_by: user,
    })
    .execute()
  const annotation = await db
    .insertInto('annotation')
    .values({
      happened_at: new Date('2026-01-02T03:04:05Z'),
      text: text('annotation'),
      host_id: host.id,
      written_by: user,
      written_by_name: text('annotator'),
      edited_by_name: text('editor'),
      row_place: text('place'),
      removal: text('removal'),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('clock_offset')
    .values({ host_id: host.id, offset_seconds: 60, reason: text('clock'), set_by: user, set_by_name: text('setter') })
    .execute()
  await db
    .insertInto('stack_run')
    .values({
      stack: text('stack'),
      definition: JSON.stringify({ artifact: mark }),
      up_to: 1,
      without: [1],
      run_by: user,
      run_by_name: text('runner'),
      ran_at: new Date(),
    })
    .execute()
  const decided = {
    scope: 'all',
    verdict: 'benign',
    owner_id: user,
    owner_name: text('owner'),
    decided_at: new Date(),
  } as const
  await db
    .insertInto('verdict')
    .values([
      { ...decided, type: 'process', value: words.hostname, deed: text('other deed') },
      {
        ...decided,
        type: 'process',
        value: text('decided'),
        scope: 'label',
        scope_value: text('scope'),
        deed: text('old deed'),
        revoked_at: new Date(),
        revoked_by: user,
        revoked_by_name: text('revoker'),
        ended_how: 'revoked',
        ended_deed: text('end'),
      },
    ])
    .execute()
  const verdict = await db
    .insertInto('verdict')
    .values({
      type: 'path',
      value: text('value'),
      shape: text('shape'),
      scope: 'shape',
      verdict: 'suspicious',
      reason: text('reason'),
      owner_id: user,
      owner_name: text('owner'),
      decided_at: new Date(),
      deed: text('deed'),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const hosts = { host: host.id, otherHost: otherHost!.id, mergedHost: mergedHost!.id }
  return {
    ...hosts,
    ...kept,
    source: sources[0]!.id,
    tokenSource: sources[1]!.id,
    batch: batch.id,
    alarm: alarm.id,
    verdict: verdict.id,
    annotation: annotation.id,
  }
}

/** What people keep and note: a view, a visit, a link, a tag and a comment on the row. */
async function keptViews(db: TenantDb, mark: string, user: number, host: number, batch: number) {
  const address = `/rows?q=${mark}`
  const view = await db
    .insertInto('saved_view')
    .values({
      name: `${mark} view`,
      description: `${mark} about`,
      address,
      owner: user,
      owner_name: `${mark} owner`,
      shared_at: new Date(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db.insertInto('recent_view').values({ account_id: user, address }).execute()
  const columns = JSON.stringify([{ name: `${mark} column`, width: 'auto' }])
  await db
    .insertInto('grid_layout')
    .values({ account_id: user, artifact: `${mark} artifact`, columns })
    .execute()
  const link = await db
    .insertInto('shared_link')
    .values({
      address,
      title: `${mark} title`,
      note: `${mark} note`,
      sender: user,
      sender_name: `${mark} sender`,
      recipient: user,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await db
    .insertInto('row_tag')
    .values(
      [`${host}.${batch}.1`, `${mark} row`].map((row_id) => ({
        row_id,
        tag: mark,
        added_by: user,
        added_by_name: mark,
      })),
    )
    .execute()
  const written = { written_by: user, written_by_name: `${mark} writer` }
  const comments = await db
    .insertInto('row_comment')
    .values(
      [`${host}.${batch}.1`, `${mark} row`].map((row_id) => ({
        row_id,
        body: `${mark} comment`,
        author: user,
        author_name: `${mark} author`,
      })),
    )
    .returning('id')
    .execute()
  const comment = comments[0]!.id
  await db
    .insertInto('row_comment_revision')
    .values({ comment_id: comment, version: 1, body: `${mark} comment`, ...written })
    .execute()
  return { view: view.id, link: link.id, comment }
}

type Storied = { host: number; merged: number; user: number; label: string }

async function hostHistory(db: TenantDb, mark: string, { host, merged, user, label }: Storied) {
  const seen = { first_seen_at: '2026-01-02T03:04:05Z', last_seen_at: '2026-01-02T03:04:05Z' }
  await db
    .insertInto('host_fact')
    .values({ host_id: host, fact: `${mark} fact`, value: `${mark} value`, ...seen })
    .execute()
  await db
    .insertInto('host_artifact')
    .values({ host_id: host, artifact: `${mark} artifact`, rows: 1, last_received_at: new Date() })
    .execute()
  const given = { host_id: host, added_at: new Date(), added_by: `${mark} giver` }
  await db
    .insertInto('host_label')
    .values([
      { ...given, label: `${mark} label` },
      { ...given, label },
    ])
    .execute()
  const merge = { host_id: merged, into_id: host, reason: `${mark} reason`, merged_by: user }
  await db
    .insertInto('host_merge')
    .values({ ...merge, merged_by_name: `${mark} merger` })
    .execute()
}

// One row in each table of the row engine, made from what its catalogue says the columns are.
async function plantRows(
  { telemetry }: Base,
  tenantId: number,
  mark: string,
  { host, batch, artifact }: Pick<Ids, 'host' | 'batch' | 'artifact'>,
) {
  const answer = await telemetry.client.query({
    query: `select table, name, type from system.columns where database = currentDatabase()`,
    format: 'JSONEachRow',
  })
  const columns = await answer.json<{ table: string; name: string; type: string }>()
  const numbers: Record<string, number> = { tenant_id: tenantId, host_id: host, batch_id: batch, line: 1, chunk: 1 }
  const value = ({ name, type }: { name: string; type: string }) => {
    if (name in numbers) return numbers[name]
    if (type.startsWith('Array(DateTime')) return ['2026-01-02 03:04:05.000']
    if (type.startsWith('Array(')) return [`${mark} ${name}`]
    if (/^(UInt|Bool|SimpleAggregateFunction\(max, UInt)/.test(type)) return 1
    if (type.includes('DateTime')) return '2026-01-02 03:04:05.000'
    if (type.startsWith('JSON')) return { note: mark }
    if (type.startsWith('FixedString')) return mark.padEnd(16, '.')
    return name === 'raw' || name === 'doc' ? JSON.stringify({ Note: mark, Pid: 4 }) : `${mark} ${name}`
  }
  const line = (table: string, more: object = {}) =>
    JSON.stringify({
      ...Object.fromEntries(columns.filter((c) => c.table === table).map((c) => [c.name, value(c)])),
      ...more,
    })
  const rows = telemetry.forTenant(tenantId)
  for (const table of ROW_TABLES) {
    const lines = table === 'rows' ? [line(table), line(table, { artifact, line: 2 })] : [line(table)]
    await rows.write(`insert into ${table} format JSONEachRow`, {}, Readable.from([lines.join('\n')]))
  }
}

async function cookieOf({ auth }: Base, accountId: number, tenantId: number): Promise<string> {
  return (await auth.sessions.open(accountId, tenantId, { ip: null, userAgent: 'test' })).split(';')[0]!
}

async function shortSession(base: Base, accountId: number, tenantId: number): Promise<string> {
  return hashToken((await cookieOf(base, accountId, tenantId)).split('=')[1]!).slice(0, 16)
}
