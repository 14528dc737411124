import { generateKeyPairSync } from 'node:crypto'
import type pg from 'pg'
import { z } from 'zod'
import { TENANT_TABLES } from '#db/types.ts'
import { allows, type Permission, type Role } from '#server/platform/policy.ts'
import { appRouter } from '#server/router.ts'
import { type Ids, NOBODY, type Planted, ROLES } from './planted.ts'

export type Procedure = {
  name: string
  type: 'query' | 'mutation'
  permission: Permission
  admin: boolean
  input: z.ZodType
}

type Definition = { type: Procedure['type']; meta: { permission: Permission; admin?: true }; inputs: z.ZodType[] }

/** Every procedure there is, by what it asks for. */
export const PROCEDURES: Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: Definition }>,
).map(([name, { _def }]) => ({
  name,
  type: _def.type,
  permission: _def.meta.permission,
  admin: _def.meta.admin === true,
  input: _def.inputs[0] ?? z.void(),
}))

export const mayCall = (role: Role, { permission, admin }: Procedure) =>
  allows(role, permission) && (!admin || role === 'admin')

/** Names of the fields of a schema that look like an id. */
export function idFieldsOf(schema: z.ZodType): string[] {
  const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
  const fields = new Set<string>()
  JSON.parse(text, (key, value) => {
    if (key === 'properties')
      for (const name of Object.keys(value)) if (/^id$|[a-z]Id$|_id$/.test(name)) fields.add(name)
    return value
  })
  return [...fields]
}

/** What each id field names. `text` is a name that clients give, not a row of ours. A field missing here fails the suite. */
export const ID_FIELDS: Record<string, keyof Ids | 'text'> = {
  'identity.endSession.id': 'session',
  'users.get.id': 'user',
  'users.update.id': 'user',
  'users.setRole.id': 'user',
  'users.deactivate.id': 'user',
  'users.reactivate.id': 'user',
  'users.resetLink.id': 'user',
  'tenants.get.id': 'tenant',
  'tenants.setZone.id': 'tenant',
  'tenants.endPreview.id': 'tenant',
  'tenants.end.id': 'tenant',
  'hosts.get.id': 'host',
  'hosts.record.id': 'host',
  'hosts.label.id': 'host',
  'hosts.unlabel.id': 'host',
  'merges.candidates.id': 'host',
  'merges.preview.id': 'host',
  'merges.preview.otherId': 'otherHost',
  'merges.merge.id': 'host',
  'merges.merge.otherId': 'otherHost',
  'merges.split.id': 'mergedHost',
  'sources.update.id': 'source',
  'sources.rotate.id': 'source',
  'sources.endPrevious.id': 'source',
  'sources.revoke.id': 'source',
  'ingestion.ofSource.id': 'source',
  'ingestion.get.id': 'batch',
  'ingestion.rejects.id': 'batch',
  'ingestion.list.sourceId': 'source',
  'ingestion.delivery.id': 'batch',
  'ingestion.members.id': 'batch',
  'ingestion.replay.id': 'batch',
  'ingestion.discard.id': 'batch',
  'ingestion.repair.id': 'batch',
  'ingestion.unlock.id': 'batch',
  'ingestion.nameArtifact.id': 'batch',
  'ingestion.nameArtifact.client_id': 'text',
  'alarms.acknowledge.id': 'alarm',
  'verdicts.revoke.id': 'verdict',
  'alarms.close.id': 'alarm',
  'views.get.id': 'view',
  'views.update.id': 'view',
  'views.remove.id': 'view',
  'views.read.id': 'link',
  'marks.ofRow.rowId': 'row',
  'marks.tag.rowId': 'row',
  'marks.untag.rowId': 'row',
  'marks.comment.rowId': 'row',
  'marks.getComment.id': 'comment',
  'marks.editComment.id': 'comment',
  'marks.endComment.id': 'comment',
  'marks.history.id': 'comment',
  'ingestion.receive.client_id': 'text',
  'ingestion.receive.flow_id': 'text',
  'telemetry.rows.hostId': 'host',
  'telemetry.rows.batchId': 'batch',
  'telemetry.row.id': 'row',
  'telemetry.ofHost.hostId': 'host',
  'exploring.histogram.hostId': 'host',
  'exploring.histogram.batchId': 'batch',
  'exploring.facets.hostId': 'host',
  'exploring.facets.batchId': 'batch',
  'exploring.neighbours.id': 'row',
  'exporting.preview.hostId': 'host',
  'exporting.preview.batchId': 'batch',
  'timeline.view.hostId': 'host',
  'timeline.view.rowId': 'row',
  'timeline.annotation.id': 'annotation',
  'portraits.activity.hostId': 'host',
  'portraits.rarest.hostId': 'host',
  'portraits.changes.hostId': 'host',
  'timeline.annotate.hostId': 'host',
  'timeline.annotate.rowId': 'row',
  'timeline.edit.id': 'annotation',
  'timeline.remove.id': 'annotation',
  'timeline.clock.hostId': 'host',
  'timeline.setClock.hostId': 'host',
}

const PRIVATE_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString()

const fresh = () => `new-${Math.random().toString(36).slice(2)}`
const none = () => [undefined]
const list = (ids: Ids) => [{}, { q: ids.hostname }]
const byId =
  (kind: keyof Ids, more: object = {}) =>
  (ids: Ids) => [{ id: ids[kind], ...more }]

type Case = {
  inputs: (target: Ids, own: Ids) => unknown[] /** Its answers differ each time. */
  creates?: true /** Refused to all here. */
  refused?: true
}

/** Valid inputs of each procedure for the objects of `target`. A procedure missing here fails the suite. */
export const CASES: Record<string, Case> = {
  'identity.me': { inputs: none },
  'identity.rename': { inputs: () => [{ username: fresh() }] },
  'identity.update': { inputs: () => [{}] },
  'identity.preferences': { inputs: () => [{ theme: 'dark', density: 'comfortable', zone: 'Asia/Kathmandu' }] },
  'identity.keys': { inputs: () => [{ on: false, acts: { include: 'i' } }] },
  'identity.sessions': { inputs: none, creates: true },
  'identity.endSession': { inputs: byId('session') },
  'identity.endOtherSessions': { inputs: none, creates: true },
  'users.list': { inputs: list },
  'users.page': { inputs: () => [{}] },
  'users.get': { inputs: byId('user') },
  'users.create': { inputs: () => [{ username: fresh(), role: 'user' }], creates: true },
  'users.update': { inputs: byId('user', { role: 'user' }) },
  'users.setRole': { inputs: byId('user', { role: 'lead' }) },
  'users.deactivate': { inputs: byId('user') },
  'users.reactivate': { inputs: byId('user') },
  'users.resetLink': { inputs: byId('user') },
  'tenants.list': { inputs: none },
  'tenants.get': { inputs: byId('tenant') },
  'tenants.create': { inputs: () => [{ name: fresh() }], refused: true },
  'tenants.deleted': { inputs: none },
  'tenants.endPreview': { inputs: byId('tenant'), refused: true },
  'tenants.end': { inputs: byId('tenant', { name: 'any' }), refused: true },
  'tenants.intake': { inputs: none },
  'tenants.keepsUploads': { inputs: none },
  'tenants.keepUploads': { inputs: () => [{ keep: false }] },
  'tenants.setZone': { inputs: byId('tenant', { zone: 'Asia/Kathmandu' }) },
  'retention.list': { inputs: none },
  'retention.preview': { inputs: ({ artifact }) => [{ artifact, days: 30 }, { days: 30 }] },
  'retention.set': { inputs: () => [{ artifact: fresh(), days: 36_000 }], creates: true },
  'retention.remove': { inputs: ({ artifact }) => [{ artifact }] },
  'retention.run': { inputs: none, creates: true },
  'activity.list': { inputs: list },
  'hosts.list': { inputs: list },
  'hosts.page': { inputs: (ids) => [{}, { hostname: ids.hostname }] },
  'hosts.get': { inputs: byId('host') },
  'hosts.record': { inputs: byId('host') },
  'hosts.label': { inputs: ({ host }) => [{ id: host, label: fresh() }] },
  // The second input is refused, whoever's host it is: what is done once cannot be done again.
  'hosts.unlabel': {
    inputs: ({ host, hostname }) => [
      { id: host, label: hostname },
      { id: host, label: fresh() },
    ],
    refused: true,
  },
  'merges.candidates': { inputs: ({ host, hostname }) => [{ id: host }, { id: host, q: hostname }] },
  'merges.preview': {
    inputs: ({ host, otherHost }, own) => [
      { id: host, otherId: otherHost },
      { id: own.host, otherId: otherHost },
    ],
  },
  'merges.merge': {
    inputs: ({ host, otherHost }, own) => [
      { id: host, otherId: otherHost, reason: 'one machine' },
      { id: own.host, otherId: host, reason: 'itself' },
      { id: host, otherId: own.host, reason: 'itself' },
    ],
    refused: true,
  },
  'merges.split': { inputs: ({ mergedHost, host }) => [{ id: mergedHost }, { id: host }], refused: true },
  'hosts.create': { inputs: (ids) => [{ hostname: ids.hostname, os: 'Linux' }], creates: true },
  'columns.list': { inputs: none },
  'columns.get': { inputs: ({ artifact }) => [{ artifact }] },
  'columns.preview': { inputs: ({ artifact }) => [{ artifact, columns: [{ path: 'Note', role: 'path' }] }] },
  'columns.save': { inputs: ({ artifact }) => [{ artifact, columns: [{ path: 'Note', role: 'path' }] }] },
  'columns.reset': { inputs: ({ artifact }) => [{ artifact }] },
  'sources.list': { inputs: none },
  'sources.create': { inputs: () => [{ name: fresh() }], creates: true },
  'sources.update': {
    inputs: byId('source', { name: 'Renamed', kind: 'elastic', org: 'OA1B2', expect_every_minutes: 60 }),
  },
  'sources.rotate': { inputs: byId('source'), creates: true },
  'sources.endPrevious': { inputs: byId('source') },
  'sources.revoke': { inputs: byId('source') },
  'ingestion.ofSource': { inputs: byId('source') },
  'ingestion.list': { inputs: (ids) => [{}, { q: ids.hostname }, { sourceId: ids.source }] },
  'ingestion.page': { inputs: () => [{}] },
  'ingestion.get': { inputs: byId('batch') },
  'ingestion.rejects': { inputs: byId('batch') },
  'ingestion.delivery': { inputs: byId('batch') },
  'ingestion.members': { inputs: byId('batch') },
  'ingestion.replay': { inputs: byId('batch'), refused: true },
  'ingestion.discard': { inputs: byId('batch'), refused: true },
  'ingestion.repair': { inputs: byId('batch', { lines: [{ line: 1, raw: '{"Mended":1}' }] }), creates: true },
  'ingestion.unlock': { inputs: byId('batch', { password: 'any' }), refused: true },
  'ingestion.nameArtifact': { inputs: byId('batch', { artifact: 'Any.Name' }), refused: true },
  'ingestion.archiveKey': { inputs: none },
  'ingestion.saveArchiveKey': { inputs: () => [{ pem: PRIVATE_KEY }], creates: true },
  'ingestion.removeArchiveKey': { inputs: none, creates: true },
  'ingestion.push': { inputs: (ids) => [{ hostname: ids.hostname, data: { note: 'pushed' } }], creates: true },
  'ingestion.receive': { inputs: () => [{ filename: 'x' }], refused: true },
  'language.read': {
    inputs: () => [{ q: 'Note:*' }],
  },
  'language.complete': {
    inputs: ({ artifact }) => [{ q: 'No' }, { q: 'Note:', artifact }, { q: 'artifact:' }],
  },
  'telemetry.rows': {
    inputs: ({ host, batch, artifact }, own) => [
      { hostId: host },
      { batchId: batch },
      { artifact, columns: 'Note' },
      { hostId: own.host, batchId: batch },
    ],
  },
  'telemetry.row': {
    inputs: (ids, own) => [{ id: ids.row }, { id: ids.row.replace(/^\d+/, String(own.host)) }],
  },
  'telemetry.ofHost': { inputs: ({ host }) => [{ hostId: host }] },
  'telemetry.artifacts': { inputs: () => [{}] },
  'exploring.histogram': {
    inputs: ({ host, batch, artifact }) => [{ hostId: host }, { batchId: batch }, { artifact }],
  },
  'exploring.facets': {
    inputs: ({ host, batch, artifact }) => [
      { hostId: host, fields: ['artifact', 'host', 'Note'] },
      { batchId: batch, fields: ['host', 'process.name'] },
      { artifact, fields: ['Note'] },
    ],
  },
  'exploring.neighbours': {
    inputs: (ids, own) => [{ id: ids.row }, { id: ids.row.replace(/^\d+/, String(own.host)) }],
  },
  'exploring.artifacts': { inputs: none },
  'exploring.layout': { inputs: ({ artifact }) => [{ artifact }] },
  'exploring.keepLayout': {
    inputs: ({ artifact }) => [{ artifact, columns: [{ name: 'Note', width: 96, pinned: true }], lines: 'wrapped' }],
  },
  'exporting.preview': {
    inputs: ({ host, batch, artifact }) => [{ hostId: host }, { batchId: batch }, { artifact, limit: 5 }],
  },
  'telemetry.columns': { inputs: ({ artifact }) => [{ artifact }] },
  'timeline.view': {
    inputs: ({ host, row }) => [
      { hostId: host },
      { hostId: host, rowId: row, lanes: 'user' },
      { rowId: row, lanes: 'artifact' },
    ],
  },
  'portraits.activity': { inputs: ({ host }) => [{ hostId: host }] },
  'portraits.rarest': { inputs: ({ host }) => [{ hostId: host }, { hostId: host, type: 'path' }] },
  'portraits.changes': { inputs: ({ host }) => [{ hostId: host }] },
  'timeline.annotation': { inputs: byId('annotation') },
  'timeline.annotate': {
    inputs: ({ host, row }) => [
      { at: '2026-01-02 03:04:06', text: 'noted', hostId: host },
      { at: '2026-01-02 03:04:06', text: 'noted', rowId: row },
    ],
  },
  // The second input is refused, whoever's it is: that version has never been.
  'timeline.edit': {
    inputs: ({ annotation: id }) => [1, 999].map((version) => ({ id, version, at: '2026-01-02', text: 'changed' })),
    refused: true,
  },
  'timeline.remove': {
    inputs: ({ annotation: id }) => [1, 999].map((version) => ({ id, version })),
    refused: true,
  },
  'timeline.restore': { inputs: () => [{ token: 'f'.repeat(32) }], refused: true },
  'timeline.clock': { inputs: ({ host }) => [{ hostId: host }] },
  'timeline.setClock': {
    inputs: ({ host }) => [1, 999].map((version) => ({ hostId: host, seconds: 61, reason: 'late', version })),
    refused: true,
  },
  'telemetry.perDay': { inputs: () => [{ days: 300 }] },
  'stacks.stack': {
    inputs: ({ artifact, hostname }) => [
      { artifact, columns: ['Note'] },
      { artifact, columns: ['Note'], since: 'last', shape: '1' },
      { artifact, columns: ['Note'], label: hostname },
    ],
  },
  'stacks.hosts': { inputs: ({ artifact }) => [{ artifact }] },
  'stacks.known': { inputs: none },
  'stacks.remember': {
    inputs: ({ artifact }) => [{ artifact, columns: ['Note'], upTo: 1, seenAt: '2026-01-02T03:04:05Z' }],
    creates: true,
  },
  'comparing.compare': {
    inputs: ({ artifact, batch }) => [{ artifact }, { artifact, before: batch, after: batch + 1_000_000 }],
  },
  'enrichment.status': { inputs: none },
  'enrichment.lookup': { inputs: ({ hash }) => [{ hash }], creates: true },
  'enrichment.setKey': { inputs: () => [{ key: 'a-key-of-this-tenant' }] },
  'enrichment.removeKey': { inputs: none, creates: true },
  'pulse.list': { inputs: none },
  'alarms.list': { inputs: list },
  'alarms.page': { inputs: () => [{}] },
  'alarms.standing': { inputs: none },
  'alarms.acknowledge': { inputs: byId('alarm'), creates: true },
  'alarms.close': { inputs: byId('alarm'), creates: true },
  'views.list': { inputs: list },
  'views.get': { inputs: byId('view') },
  'views.create': { inputs: () => [{ name: fresh(), address: '/rows?q=cmd', audience: 'shared' }], creates: true },
  // The second input is of a version that never is: what was changed once is of another version then.
  'views.update': {
    inputs: ({ view }) => [
      { id: view, version: 1, name: 'Changed', audience: 'shared' },
      { id: view, version: 900_000, name: 'Changed', audience: 'shared' },
    ],
    refused: true,
  },
  'views.remove': { inputs: ({ view }) => [{ id: view }, { id: view }], refused: true },
  'views.visit': { inputs: () => [{ address: '/rows?q=cmd' }] },
  'views.recent': { inputs: none, creates: true },
  'views.colleagues': { inputs: none },
  'views.send': { inputs: (_, { hostname }) => [{ to: hostname, address: '/rows', title: 'Look' }], refused: true },
  'views.inbox': { inputs: () => [{}] },
  'views.read': { inputs: byId('link'), creates: true, refused: true },
  'marks.ofRows': { inputs: ({ row }) => [{ rows: [row] }] },
  'marks.ofRow': { inputs: ({ row }) => [{ rowId: row }] },
  'marks.tags': { inputs: none },
  'marks.marked': { inputs: () => [{}, { tag: 'none-has-this' }] },
  'marks.tag': { inputs: ({ row }) => [{ rowId: row, tag: 'seen' }] },
  'marks.untag': { inputs: ({ row }) => [{ rowId: row, tag: 'seen' }] },
  'marks.comment': { inputs: ({ row }) => [{ rowId: row, body: 'Looked at.' }], creates: true },
  'marks.getComment': { inputs: byId('comment') },
  'marks.editComment': {
    inputs: ({ comment }) => [
      { id: comment, version: 1, body: 'Changed' },
      { id: comment, version: 900_000, body: 'Changed' },
    ],
    refused: true,
  },
  'marks.endComment': {
    inputs: ({ comment }) => [
      { id: comment, version: 1 },
      { id: comment, version: 900_000 },
    ],
    refused: true,
  },
  'marks.history': { inputs: byId('comment') },
  // Not by a host's name: by then this tenant has made hosts of its own under these names.
  'palette.find': { inputs: ({ hash, row }) => [{ q: hash }, { q: row }] },
  'verdicts.list': { inputs: list },
  'verdicts.page': { inputs: ({ hash }) => [{}, { type: 'hash', value: hash }] },
  'verdicts.of': { inputs: ({ hash }) => [{ observables: [{ type: 'hash', value: hash }] }] },
  'verdicts.history': { inputs: ({ hash }) => [{ type: 'hash', value: hash }] },
  'verdicts.revision': { inputs: none },
  'verdicts.decide': {
    inputs: ({ hash }) => [{ observables: [{ type: 'hash', value: hash }], verdict: 'benign' }],
    creates: true,
  },
  'verdicts.clear': {
    inputs: ({ hostname }) => [{ observables: [{ type: 'process', value: hostname }] }],
    creates: true,
  },
  // The second time it is not as it was seen: refused, whoever's it is.
  'verdicts.revoke': { inputs: byId('verdict', { version: 999 }), refused: true },
  'verdicts.undo': { inputs: () => [{ token: 'f'.repeat(32) }], refused: true },
  // What is asked for comes back, typed: their answers differ whoever has it.
  'observables.ofCells': {
    inputs: ({ hash, artifact, host }) => [{ cells: [{ artifact, column: 'SHA256', text: hash, host }] }],
    creates: true,
  },
  'observables.dossier': { inputs: ({ hash }) => [{ type: 'hash', value: hash }], creates: true },
  'observables.find': { inputs: ({ hash }) => [{ text: hash }], creates: true },
  'observables.prevalence': { inputs: ({ hash }) => [{ type: 'hash', value: hash }], creates: true },
  'observables.newest': { inputs: none },
  'enrichment.kept': { inputs: ({ hash }) => [{ hash }] },
  'dashboards.overview': { inputs: none },
}

export type Answer = { ok: boolean; text: string }
export type Door = (role: (typeof ROLES)[number], procedure: Procedure, input: unknown) => Promise<Answer>
export type Finding = { name: string; role: string; why: string }
export type Run = { calls: number; leaks: Finding[]; broken: Finding[] }

const BY_ID = new Set(
  Object.entries(ID_FIELDS)
    .filter(([, kind]) => kind !== 'text')
    .map(([field]) => field.replace(/\.\w+$/, '')),
)
export const isObjectProcedure = (name: string) => BY_ID.has(name)

/** What differs between two answers that mean the same. */
const settle = (text: string) =>
  text
    .replace(/"(took_ms|requestId|expires_at|fetched_at|seenAt)":("[^"]*"|\d+)/g, '"$1":0')
    .replace(/\/reset\/[\w-]+/g, '/reset/…')

/**
 * Calls every procedure in every role of `own` with foreign ids, ids of nobody, and own ids. Leaks: a foreign canary in
 * any byte, a foreign id answered otherwise than one of nobody, or a change in another tenant. Broken: own ids that fail.
 */
export async function runMatrix(
  door: Door,
  own: Planted,
  others: Planted[],
  superuser: pg.Client,
  roles: readonly (typeof ROLES)[number][] = ROLES,
): Promise<Run> {
  const run: Run = { calls: 0, leaks: [], broken: [] }
  const foreign = await others[0]!.ids('admin')
  let before = await checksum(superuser, others)
  for (const procedure of PROCEDURES) {
    const { name } = procedure
    for (const role of roles) {
      const mine = await own.ids(role)
      const ask = async (target: Ids) => {
        const answers: Answer[] = []
        for (const input of CASES[name]!.inputs(target, mine)) answers.push(await door(role, procedure, input))
        run.calls += answers.length
        return { ok: answers.every(({ ok }) => ok), text: settle(answers.map(({ text }) => text).join('\n')) }
      }
      const [theirs, nobodys, ours] = [await ask(foreign), await ask(NOBODY), await ask(mine)]
      const leak = (why: string) => run.leaks.push({ name, role, why })
      for (const text of [theirs.text, nobodys.text, ours.text])
        if (others.some(({ mark }) => text.includes(mark))) leak('a foreign canary is in the answer')
      if (!CASES[name]!.creates && theirs.text !== nobodys.text)
        leak(
          `a foreign id is answered otherwise than nobody's: ${theirs.text.slice(0, 300)} / ${nobodys.text.slice(0, 300)}`,
        )
      const works = mayCall(role, procedure) && !CASES[name]!.refused
      if (ours.ok !== works) run.broken.push({ name, role, why: `own: ${ours.text.slice(0, 300)}` })
      if (works && isObjectProcedure(name) && procedure.type === 'query' && !ours.text.includes(own.mark))
        run.broken.push({ name, role, why: 'the own object does not show' })
    }
    const after = await checksum(superuser, others)
    if (after !== before) run.leaks.push({ name, role: 'any', why: 'another tenant has changed' })
    before = after
  }
  return run
}

/** A digest of everything the records hold of these tenants. */
export async function checksum(superuser: pg.Client, tenants: Planted[]): Promise<string> {
  const ids = tenants.map(({ id }) => id)
  const people = tenants.flatMap(({ people }) => Object.values(people).map(({ id }) => id))
  const parts = [
    ...TENANT_TABLES.map((table) => `select t::text from ${table} t where tenant_id = any($1)`),
    'select t::text from tenant t where id = any($1)',
    ...['auth.password', 'auth.password_link', 'auth.session'].map(
      (table) =>
        `select t::text from ${table} t where account_id = any($2) or account_id in (select account_id from membership where tenant_id = any($1))`,
    ),
    'select t::text from account t where id = any($2) or id in (select account_id from membership where tenant_id = any($1))',
  ]
  const { rows } = await superuser.query<{ sum: string }>(
    `select md5(string_agg(t, '|' order by t)) as sum from (${parts.join(' union all ')}) x(t)`,
    [ids, people],
  )
  return rows[0]!.sum
}
