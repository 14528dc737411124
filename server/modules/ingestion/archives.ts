import { join } from 'node:path'
import { sql } from 'kysely'
import type { MemberKind } from '#db/types.ts'
import type { HostFact } from '#server/modules/facts/schema.ts'
import type { HostSighting } from '#server/modules/hosts/service.ts'
import type { JobCtx } from '#server/platform/jobs.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { About, Archive } from './formats/archive.ts'
import { storable } from './formats/context-values.ts'
import type { Facts } from './formats/framed.ts'
import type { Secrets } from './formats/locked.ts'
import { uploadsOf } from './formats/uploads.ts'
import type { Loading } from './queries.ts'

const PAGE = 1_000

/** A file of a delivered archive, as the ledger keeps it. */
export type MemberLine = {
  name: string
  kind: MemberKind
  bytes: number
  facts?: Facts
  first_line?: number
  lines?: number
  sha256?: string | null
  kept_as?: string | null
  note?: string
}

/** What an archive tells beside its rows. */
export type Told = { members: MemberLine[]; abouts: About[] }

/** What a sealed archive password belongs to: it opens no other delivery. */
export const passwordSeal = (tenantId: number, sha256: string) => `archive-password:${tenantId}:${sha256}`
export const keySeal = (tenantId: number) => `archive-key:${tenantId}`

/** What may open this delivery: the password that came with it, and the tenant's private key. */
export async function secretsFor(ctx: JobCtx, batch: Loading): Promise<Secrets> {
  const kept = await ctx.transact('read only', (db) => db.selectFrom('archive_key').select('sealed').executeTakeFirst())
  const opened = (sealed: string | null | undefined, context: string) =>
    sealed ? (ctx.unseal(sealed, context) ?? undefined) : undefined
  return {
    password: opened(batch.sealed_password, passwordSeal(ctx.tenantId, batch.sha256)),
    privateKey: opened(kept?.sealed, keySeal(ctx.tenantId)),
  }
}

/** Lists the uploads of an archive, and keeps the files when the tenant wants them and there is room. */
export async function* uploadLines(ctx: JobCtx, archive: Archive): AsyncGenerator<MemberLine> {
  const wanted = await ctx.transact('read only', (db) =>
    db.selectFrom('tenant').select('keep_uploads').where('id', '=', ctx.tenantId).executeTakeFirst(),
  )
  const folder = wanted?.keep_uploads ? evidenceFolder(ctx) : null
  for await (const upload of uploadsOf(archive, folder, () => ctx.spool.hasRoom())) {
    ctx.signal.throwIfAborted()
    const { name, path, bytes, sha256, keptAs, note } = upload
    const original = path === '' ? '' : `On the endpoint: ${path}`
    yield { name, kind: 'upload', bytes, sha256, kept_as: keptAs, note: [original, note].filter(Boolean).join('. ') }
  }
}

/** Where the files that endpoints uploaded are kept, beside the spool. */
export const evidenceFolder = ({ spool, tenantId }: Pick<JobCtx, 'spool' | 'tenantId'>) =>
  join(spool.path(''), '..', 'evidence', String(tenantId))

/** The hosts an archive tells of, under the keys that rows have. */
export const hostsTold = (told: Iterable<Told>): HostSighting[] => {
  const abouts = [...told].flatMap(({ abouts }) => abouts).filter((about) => keyOf(about) !== '')
  const byKey = new Map(abouts.map((about) => [keyOf(about), about]))
  return [...byKey].map(([key, { clientId, hostname, info }]) => ({
    key,
    client_id: clientId,
    hostname,
    machine_id: info?.machineId ?? '',
  }))
}

export const keyOf = ({ clientId, hostname }: Pick<About, 'clientId' | 'hostname'>) =>
  clientId || hostname.toLowerCase()

/** Enters what archives told: their files and flows. Safe to repeat. */
export async function noteTold(db: TenantDb, told: Map<number, Told>, hosts: Map<string, number>): Promise<void> {
  for (const [batch, { members, abouts }] of told) {
    await enterMembers(db, batch, members)
    const known = abouts.flatMap((about) => {
      const host = hosts.get(keyOf(about))
      return host === undefined ? [] : [{ ...about, host }]
    })
    for (let at = 0; at < known.length; at += PAGE) await enterFlows(db, batch, known.slice(at, at + PAGE))
  }
}

/** When what an archive says of a host was so: when the client was heard of, else when it collected. */
export const soAt = ({ info, flow }: Pick<About, 'info' | 'flow'>): Date | null =>
  info?.seenAt ?? flow?.activeAt ?? flow?.startedAt ?? flow?.createdAt ?? null

/** What archives say of hosts, those of `hosts` by their keys; without a time where they bear none. */
export const factsTold = (told: Map<number, Told>, hosts: Map<string, number>): HostFact[] =>
  [...told].flatMap(([batch, { abouts }]) =>
    abouts.flatMap((about) => {
      const host = hosts.get(keyOf(about))
      return host === undefined ? [] : factsOf(batch, host, about)
    }),
  )

function factsOf(batch: number, host: number, { info, flow }: Pick<About, 'info' | 'flow'>): HostFact[] {
  const seen_at = soAt({ info, flow })
  return (info?.facts ?? []).map(({ fact, value }) => ({ host_id: host, fact, value, seen_at, batch_id: batch }))
}

async function enterMembers(db: TenantDb, batch: number, members: MemberLine[]) {
  await db.deleteFrom('batch_member').where('batch_id', '=', batch).execute()
  for (let at = 0; at < members.length; at += PAGE) {
    await db
      .insertInto('batch_member')
      .values(
        members.slice(at, at + PAGE).map((member, n) => ({ batch_id: batch, n: at + n + 1, ...columnsOf(member) })),
      )
      .execute()
  }
}

const columnsOf = ({ name, facts, note, ...line }: MemberLine) => ({
  ...line,
  name: storable(name),
  artifact: facts?.artifact ? storable(facts.artifact) : null,
  client_id: facts?.clientId ? storable(facts.clientId) : null,
  hostname: facts?.hostname ? storable(facts.hostname) : null,
  flow_id: facts?.flowId ? storable(facts.flowId) : null,
  note: note ? storable(note) : null,
})

async function enterFlows(db: TenantDb, batch: number, abouts: (About & { host: number })[]) {
  const flows = new Map(
    abouts.flatMap(({ host, flow }) => (flow ? [[`${host} ${flow.flowId}`, { host, ...flow }] as const] : [])),
  )
  if (flows.size === 0) return
  await db
    .insertInto('flow')
    .values(
      [...flows.values()].map((flow) => ({
        host_id: flow.host, flow_id: flow.flowId, artifacts: flow.artifacts, creator: flow.creator || null,
        state: flow.state, rows: flow.rows, parameters: JSON.stringify(flow.parameters), batch_id: batch,
        asked_at: flow.createdAt, started_at: flow.startedAt, active_at: flow.activeAt,
      })), // biome-ignore format: a record to read across
    )
    .onConflict((c) =>
      c.columns(['tenant_id', 'host_id', 'flow_id']).doUpdateSet((eb) => ({
        artifacts: eb.ref('excluded.artifacts'),
        creator: eb.fn.coalesce('excluded.creator', 'flow.creator'),
        state: eb.ref('excluded.state'),
        rows: sql<number>`greatest(flow.rows, excluded.rows)`,
        parameters: eb.ref('excluded.parameters'),
        batch_id: eb.ref('excluded.batch_id'),
        asked_at: eb.fn.coalesce('excluded.asked_at', 'flow.asked_at'),
        started_at: eb.fn.coalesce('excluded.started_at', 'flow.started_at'),
        active_at: eb.fn.coalesce('excluded.active_at', 'flow.active_at'),
      })),
    )
    .execute()
}

/** What the archive of a delivery said of each of its lines, for those that are mended. */
export async function factsByLine(db: TenantDb, batch: number): Promise<(line: number) => Partial<Facts> | undefined> {
  const members = await db
    .selectFrom('batch_member')
    .select(['first_line', 'artifact', 'client_id', 'hostname', 'flow_id'])
    .where('batch_id', '=', batch)
    .where('first_line', 'is not', null)
    .orderBy('first_line', 'desc')
    .execute()
  return (line) => {
    const found = members.find(({ first_line }) => first_line! <= line)
    if (!found) return undefined
    const { artifact, client_id, hostname, flow_id } = found
    const facts = { artifact, clientId: client_id, hostname, flowId: flow_id }
    return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null)) as Partial<Facts>
  }
}
