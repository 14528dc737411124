import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type MemberRole, TENANT_TABLES } from '#db/types.ts'
import { pageContext } from '#server/context.ts'
import { hashToken } from '#server/platform/auth/keys.ts'
import { hashPassword } from '#server/platform/auth/passwords.ts'
import { createCaller } from '#server/router.ts'
import { CASES, PROCEDURES } from '../support/matrix.ts'
import { type Planted, plant } from '../support/planted.ts'
import { type SecondDatabase, secondDatabase } from '../support/second-database.ts'
import { PASSWORD } from '../support/world.ts'

// A database of its own: no worker changes anything meanwhile, and what is broken here is broken for nobody else.
let second: SecondDatabase
beforeAll(async () => {
  second = await secondDatabase({ REGISTRATION: 'open' })
})
afterAll(() => second.close())

const TABLES = [
  ...TENANT_TABLES,
  'tenant',
  'account',
  'auth.password',
  'auth.password_link',
  'auth.session',
  'deleted_tenant',
]
type Row = Record<string, unknown>
type Snapshot = Map<string, Row>

/** Every row of every table, by its table and primary key. */
async function snapshot(): Promise<Snapshot> {
  const found: Snapshot = new Map()
  for (const table of TABLES) {
    const { rows: keys } = await second.superuser.query<{ name: string }>(
      `select a.attname as name from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
       where i.indrelid = $1::regclass and i.indisprimary`,
      [table],
    )
    const { rows } = await second.superuser.query<{ row: Row }>(`select to_jsonb(t) as row from ${table} t`)
    for (const { row } of rows) found.set([table, ...keys.map(({ name }) => row[name])].join(' '), row)
  }
  return found
}

/** `table.column` for each changed one, `+table` and `-table` for rows that came and went. Rows that came are returned too. */
function difference(before: Snapshot, after: Snapshot) {
  const changes = new Set<string>()
  const made: Row[] = []
  for (const [key, row] of after) {
    const [table] = key.split(' ')
    const old = before.get(key)
    if (!old) {
      changes.add(`+${table}`)
      made.push(row)
    } else
      for (const column of Object.keys(row))
        if (JSON.stringify(row[column]) !== JSON.stringify(old[column])) changes.add(`${table}.${column}`)
  }
  for (const key of before.keys()) if (!after.has(key)) changes.add(`-${key.split(' ')[0]}`)
  return { changes: [...changes].sort(), made }
}

const MUTATIONS = PROCEDURES.filter(({ type }) => type === 'mutation')

async function callerFor(tenant: Planted, role: MemberRole = 'admin') {
  const bytes = Buffer.from(`{"Artifact":"A","Hostname":"h","n":${Math.random()}}\n`)
  const delivered = await second.base.spool.receive(Readable.from([bytes]))
  const actor = { ...tenant.actor(role), operator: true }
  const api = createCaller({ ...second.base, actor, requestId: 'changes', ip: '127.0.0.1', delivered })
  return (name: string, input: unknown) => {
    const [module, verb] = name.split('.') as [string, string]
    return (api as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[module]![verb]!(
      input,
    )
  }
}

const VERDICT_ENDS = [
  '+activity', 'tally.n', 'verdict.ended_deed', 'verdict.ended_how', 'verdict.revoked_at', 'verdict.revoked_by',
  'verdict.revoked_by_name', 'verdict.version',
] // biome-ignore format: a list to read across

// What each procedure writes. `updated_at` follows every change by itself and is not listed.
const WRITES: Record<string, string[]> = {
  'identity.rename': ['+activity', 'account.username'],
  'identity.update': ['+activity', 'account.username'],
  'identity.preferences': ['account.density', 'account.theme', 'account.zone'],
  'identity.keys': ['account.keys', 'account.keys_off_at'],
  'identity.endSession': ['+activity', '-auth.session'],
  'identity.endOtherSessions': ['+activity', '-auth.session'],
  'users.create': ['+account', '+activity', '+auth.password_link', '+membership'],
  'users.update': ['+activity', 'membership.role'],
  'users.setRole': ['+activity', 'membership.role'],
  'users.deactivate': ['+activity', 'membership.deactivated_at'],
  'users.reactivate': ['+activity', 'membership.deactivated_at'],
  'users.resetLink': ['+activity', '+auth.password_link'],
  'tenants.create': ['+activity', '+membership', '+tenant'],
  'hosts.create': [
    '+activity',
    '+host_fact',
    'host.haystack',
    'host.host_metadata',
    'host.last_seen_at',
    'host.os',
    'host.own_last_seen_at',
  ],
  'hosts.label': ['+activity', '+host_label'],
  'hosts.unlabel': ['+activity', '-host_label'],
  'merges.merge': [
    '+activity',
    '+host_merge',
    'host.haystack',
    'host.known_as',
    'host.merged_into',
    'host.merged_last_seen_at',
    'tally.n',
  ],
  'merges.split': ['+activity', '-host_merge', 'host.haystack', 'host.known_as', 'host.merged_into', 'tally.n'],
  'sources.create': ['+activity', '+source'],
  'sources.update': ['+activity', 'source.expect_every_minutes', 'source.kind', 'source.name', 'source.org'],
  'sources.rotate': [
    '+activity', 'source.previous_token_ends_at', 'source.previous_token_hash', 'source.token_hash', 'source.token_prefix',
  ], // biome-ignore format: a list to read across
  'sources.endPrevious': ['+activity', 'source.previous_token_ends_at', 'source.previous_token_hash'],
  'sources.revoke': ['+activity', 'source.revoked_at'],
  'ingestion.push': ['+activity', 'host.host_metadata', 'host.last_seen_at', 'host.own_last_seen_at'],
  'ingestion.receive': ['+activity', '+batch'],
  'ingestion.replay': [
    '+activity',
    'batch.done_at',
    'batch.error',
    'batch.received',
    'batch.rejected',
    'batch.state',
    'batch.watched_at',
  ],
  'ingestion.discard': ['+activity', 'batch.spool_name'],
  'ingestion.repair': ['+activity', '+batch'],
  'ingestion.unlock': [
    '+activity',
    'batch.done_at',
    'batch.error',
    'batch.locked_at',
    'batch.sealed_password',
    'batch.state',
    'batch.watched_at',
  ],
  'ingestion.nameArtifact': ['+activity', 'batch.artifact', 'batch.error', 'batch.state'],
  'ingestion.saveArchiveKey': ['+activity', 'archive_key.fingerprint', 'archive_key.sealed', 'archive_key.set_by'],
  'ingestion.removeArchiveKey': ['+activity', '-archive_key'],
  'alarms.acknowledge': ['+activity', 'alarm.acknowledged_at', 'alarm.acknowledged_by', 'alarm.state', 'tally.n'],
  'alarms.close': ['+activity', 'alarm.closed_at', 'alarm.closed_by', 'alarm.state', 'tally.n'],
  'views.create': ['+activity', '+saved_view'],
  'views.update': ['+activity', 'saved_view.description', 'saved_view.name', 'saved_view.version'],
  'views.remove': ['+activity', '-saved_view'],
  'views.visit': ['+recent_view'],
  'exploring.keepLayout': ['+grid_layout'],
  'views.send': ['+activity', '+shared_link', '+tally'],
  'views.read': ['+activity', 'shared_link.read_at', 'tally.n'],
  'marks.tag': ['+activity', '+row_tag'],
  'marks.untag': ['+activity', '-row_tag'],
  'marks.comment': ['+activity', '+row_comment', '+row_comment_revision'],
  'marks.editComment': ['+activity', '+row_comment_revision', 'row_comment.body', 'row_comment.version'],
  'marks.endComment': ['+activity', '+row_comment_revision', 'row_comment.deleted_at', 'row_comment.version'],
  'timeline.annotate': ['+activity', '+annotation'],
  'timeline.edit': [
    '+activity', 'annotation.edited_by_name', 'annotation.happened_at', 'annotation.text', 'annotation.version',
  ], // biome-ignore format: a list to read across
  'timeline.remove': ['+activity', 'annotation.removal', 'annotation.removed_at', 'annotation.removed_by'],
  'timeline.restore': ['+activity', 'annotation.removed_at', 'annotation.removed_by'],
  'timeline.setClock': [
    '+activity', 'clock_offset.offset_seconds', 'clock_offset.reason', 'clock_offset.set_by', 'clock_offset.set_by_name',
    'clock_offset.version',
  ], // biome-ignore format: a list to read across
  'stacks.remember': ['+activity', '+stack_run'],
  'verdicts.decide': ['+activity', '+verdict', 'tally.n'],
  'verdicts.clear': VERDICT_ENDS,
  'verdicts.revoke': VERDICT_ENDS,
  'verdicts.undo': VERDICT_ENDS,
  'columns.save': ['+activity', '+column_map'],
  'columns.reset': ['+activity', 'column_map.corrected_at', 'column_map.corrected_by', 'column_map.revision'],
  'retention.set': ['+activity', '+retention'],
  'retention.remove': ['+activity', '-retention'],
  'retention.run': ['+activity'],
  'tenants.end': ['+deleted_tenant', 'tenant.leaving_at'],
  'tenants.keepUploads': ['+activity', 'tenant.keep_uploads'],
  'tenants.setZone': ['+activity', 'tenant.zone'],
  'enrichment.setKey': ['+activity', 'virustotal_key.sealed', 'virustotal_key.set_by'],
  'enrichment.removeKey': ['+activity', '-virustotal_key'],
}
const more = (name: string): object => {
  if (name === 'identity.update') return { username: `renamed-${Math.random().toString(36).slice(2)}` }
  return name === 'users.update' ? { role: 'lead' } : {}
}

// The state a delivery must be in for a deed to be possible.
const STATES: Record<string, string> = {
  'ingestion.replay': `state = 'failed', done_at = now(), error = 'broken', spool_name = 'kept'`,
  'ingestion.discard': `state = 'failed', done_at = now(), error = 'broken', spool_name = 'kept'`,
  'ingestion.unlock': `state = 'failed', done_at = now(), error = 'locked', spool_name = 'kept', locked_at = now()`,
  'ingestion.nameArtifact': `state = 'needs_artifact', done_at = null, locked_at = null, spool_name = 'kept'`,
}

/** What a deed needs to be done before, and the input it then takes. */
async function ready(name: string, tenant: Planted, ids: Awaited<ReturnType<Planted['ids']>>): Promise<unknown> {
  const { superuser } = second
  if (name === 'columns.reset')
    await superuser.query(
      `insert into column_map (tenant_id, artifact, corrections, corrected_at, revision)
      values ($1, $2, '{"columns": []}', now(), 1) on conflict do nothing`,
      [tenant.id, ids.artifact],
    )
  if (name === 'views.send') return { to: tenant.people.lead.username, address: '/rows', title: 'Look' }
  if (name === 'views.read') {
    const to = tenant.people.admin.username
    return (await callerFor(tenant, 'lead'))('views.send', { to, address: '/rows', title: 'Look' })
  }
  if (name === 'marks.untag') return { rowId: ids.row, tag: tenant.mark }
  if (name === 'verdicts.revoke') return { id: ids.verdict, version: 1 }
  if (name === 'verdicts.clear')
    await (await callerFor(tenant))('verdicts.decide', CASES['verdicts.decide']!.inputs(ids, ids)[0])
  if (name === 'verdicts.undo') return { token: await decided(tenant) }
  if (name === 'timeline.restore') {
    const removed = await (await callerFor(tenant))('timeline.remove', { id: ids.annotation, version: 1 })
    return { token: (removed as { undo: string }).undo }
  }
  if (name === 'tenants.keepUploads') return { keep: true }
  if (name === 'retention.remove')
    return (await superuser.query('select artifact from retention where tenant_id = $1', [tenant.id])).rows[0]
  if (STATES[name])
    await superuser.query(`update batch set ${STATES[name]} where tenant_id = $1 and id = $2`, [tenant.id, ids.batch])
  if (name === 'tenants.end') {
    const other = await plant(second.base)
    const { rows } = await superuser.query('select name from tenant where id = $1', [other.id])
    return { id: other.id, name: rows[0].name }
  }
  return CASES[name]!.inputs(ids, ids)[0]
}

/** The token that undoes what was just decided. */
async function decided(tenant: Planted): Promise<unknown> {
  const call = await callerFor(tenant)
  const done = await call('verdicts.decide', { observables: [{ type: 'ip', value: '10.0.0.1' }], verdict: 'benign' })
  return (done as { undo: string }).undo
}

const namesIn = (schema: z.ZodType) => {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as { properties?: object }
  return Object.keys(properties)
}

test('a mutation changes the columns it is for, whatever else is sent along', async () => {
  expect(MUTATIONS.map(({ name }) => name).sort()).toEqual(Object.keys(WRITES).sort())
  const other = await plant(second.base)
  const smuggled = await everyColumn(other)
  expect(Object.keys(smuggled).length).toBeGreaterThan(50)
  for (const { name, input: schema } of MUTATIONS) {
    const tenant = await plant(second.base)
    const call = await callerFor(tenant)
    const ids = await tenant.ids('admin')
    if (name === 'users.reactivate') await call('users.deactivate', { id: ids.user })
    if (name === 'sources.endPrevious') await call('sources.rotate', { id: ids.source })
    const own = namesIn(schema)
    const extra = Object.fromEntries(Object.entries(smuggled).filter(([column]) => !own.includes(column)))
    const input = await ready(name, tenant, ids)
    const before = await snapshot()
    await call(name, input === undefined ? undefined : { ...extra, ...(input as object), ...more(name) })
    const { changes, made } = difference(before, await snapshot())
    expect([name, changes.filter((change) => !/\.updated_at$/.test(change))]).toEqual([name, WRITES[name]])
    const taken = made.filter(
      (row) => JSON.stringify(row).match(/smuggled|777777777|2001-01-01/) || row.tenant_id === other.id,
    )
    expect([name, taken]).toEqual([name, []])
    const roles = made.filter((row) => row.role === 'admin' && name !== 'tenants.create')
    expect([name, roles]).toEqual([name, []])
  }
})

/** A value for every column of every table that would show if it were stored. */
async function everyColumn(other: Planted): Promise<Row> {
  const { rows } = await second.superuser.query<{ name: string; type: string }>(
    `select distinct column_name as name, udt_name as type from information_schema.columns
     where table_schema in ('public', 'auth') and table_name not like 'kysely_%'`,
  )
  const byType: Record<string, unknown> = {
    text: 'smuggled',
    varchar: 'smuggled',
    int8: 777777777,
    int4: 777777777,
    jsonb: { smuggled: true },
    timestamptz: '2001-01-01T00:00:00Z',
    bool: false,
    _text: ['smuggled'],
    inet: '7.7.7.7',
  }
  const columns = Object.fromEntries(rows.map(({ name, type }) => [name, byType[type] ?? 'smuggled']))
  const person = other.people.admin.id
  return {
    ...columns,
    tenant_id: other.id,
    tenantId: other.id,
    role: 'admin',
    created_by: person,
    account_id: person,
    accountId: person,
    actor_id: person,
    is_active: true,
    operator: true,
    permission: 'user:write',
  }
}

test('when what happens cannot be recorded, nothing happens', async () => {
  // Nobody else's record, and nothing a person would ask about later: how the pages look to one.
  // The end of a tenant has a record of its own, which outlives the tenant.
  const UNRECORDED = ['identity.preferences', 'identity.keys', 'views.visit', 'exploring.keepLayout', 'tenants.end']
  const tenant = await plant(second.base)
  const call = await callerFor(tenant)
  const ids = await tenant.ids('admin')
  try {
    for (const { name } of MUTATIONS) {
      if (UNRECORDED.includes(name) || name === 'users.reactivate') continue
      await second.superuser.query('grant insert on activity to app_user')
      const input = await ready(name, tenant, ids)
      const before = await snapshot()
      await second.superuser.query('revoke insert on activity from app_user')
      const sent = input === undefined ? undefined : { ...(input as object), ...more(name) }
      await expect(call(name, sent), name).rejects.toMatchObject({
        code: 'INTERNAL_SERVER_ERROR',
        message: 'Something went wrong.',
      })
      expect([name, difference(before, await snapshot()).changes]).toEqual([name, []])
    }
  } finally {
    await second.superuser.query('grant insert on activity to app_user')
  }
  await call('users.deactivate', { id: ids.user })
  await second.superuser.query('revoke insert on activity from app_user')
  await expect(call('users.reactivate', { id: ids.user })).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' })
  await second.superuser.query('grant insert on activity to app_user')
})

test('the same for the doors of an account: sign-in, registration, a new password and a link', async () => {
  const tenant = await plant(second.base)
  const { id, username } = tenant.people.user
  const { pool } = second.base
  await pool
    .updateTable('auth.password')
    .set({ hash: await hashPassword(PASSWORD) })
    .where('account_id', '=', id)
    .execute()
  await pool
    .insertInto('auth.password_link')
    .values({ hash: hashToken('a-link'), account_id: id, expires_at: new Date(Date.now() + 60_000) })
    .execute()
  const context = await pageContext(
    { ...second.base, requestId: 'changes', ip: '127.0.0.1' },
    { cookie: await tenant.cookie('user'), nonce: '', origin: 'http://127.0.0.1', meta: { ip: null, userAgent: null } },
  )
  const { accounts } = context
  const newPassword = 'a whole new sentence to type'
  const deeds = {
    signIn: () => accounts.signIn({ username, password: PASSWORD }),
    register: () => accounts.register({ username: `new-${tenant.tag}`, password: newPassword }),
    changePassword: () => accounts.changePassword({ currentPassword: PASSWORD, newPassword }),
    reset: () => accounts.reset({ token: 'a-link', password: newPassword }),
  }
  await second.superuser.query('revoke insert on activity from app_user')
  const before = await snapshot()
  for (const [name, deed] of Object.entries(deeds)) {
    await expect(deed(), name).rejects.toThrow()
    expect([name, difference(before, await snapshot()).changes]).toEqual([name, []])
  }
  await second.superuser.query('grant insert on activity to app_user')
  for (const [name, deed] of Object.entries(deeds)) {
    if (name === 'reset')
      await pool.updateTable('auth.password').set({ hash: 'none' }).where('account_id', '=', id).execute()
    expect([name, (await deed()).setCookie.length]).toEqual([name, 1])
  }
})
