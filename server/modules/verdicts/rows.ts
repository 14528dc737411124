import { sql } from 'kysely'
import type { Params } from '#server/platform/telemetry.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import { allStanding, type Shaped, type StoredVerdict, standingFor } from './queries.ts'

/** A verdict that counts now, with the hosts it holds on; null: on all. Merged hosts are among them under each id. */
export type Decision = StoredVerdict & { hostIds: number[] | null }

/** What is shown of a decision beside a value. `partial`: it may not hold in every row that has the value. */
export type Verdict = Pick<
  StoredVerdict,
  'id' | 'verdict' | 'scope' | 'scope_value' | 'reason' | 'owner_name' | 'expires_at' | 'version'
> & { partial: boolean }

/** Every decision that counts now, about some types of value or all. */
export const decidedOf = async (db: TenantDb, types?: readonly string[]): Promise<Decision[]> =>
  withHosts(db, await allStanding(db, types))

/** The decisions that count now for any of these values, by themselves or by their shape. */
export const verdictsFor = async (db: TenantDb, observables: Shaped[]): Promise<Decision[]> =>
  withHosts(db, await standingFor(db, observables))

async function withHosts(db: TenantDb, found: StoredVerdict[]): Promise<Decision[]> {
  const valuesOf = (scope: string) => [
    ...new Set(found.filter((one) => one.scope === scope).map((one) => one.scope_value)),
  ]
  const [labels, hosts] = [valuesOf('label'), valuesOf('host').map(Number)]
  const bearing = await hostsByLabel(db, labels)
  const one = await hostsByHost(db, hosts)
  return found.map((verdict) => ({ ...verdict, hostIds: hostsOf(verdict, bearing, one) }))
}

function hostsOf({ scope, scope_value }: StoredVerdict, bearing: Map<string, number[]>, one: Map<number, number[]>) {
  if (scope === 'label') return bearing.get(scope_value) ?? []
  return scope === 'host' ? (one.get(Number(scope_value)) ?? []) : null
}

/** Whether a decision is about a value, by itself or by its shape. */
export const isAbout = (decision: Decision, { type, value, shape }: Shaped) =>
  decision.type === type && (decision.value === value || (decision.scope === 'shape' && decision.shape === shape))

// What is said of less comes before what is said of more; what may not hold in this very row comes last.
const CLOSE = ['parent', 'shape', 'all', 'label', 'host']
const CLOSE_WITHOUT_HOST = ['parent', 'label', 'host', 'shape', 'all']

/** The decision that counts for a value on a host, the closest and newest; `hostId` null: wherever it stands. */
export function verdictOn(decisions: Decision[], observable: Shaped, hostId: number | null): Verdict | null {
  const close = hostId === null ? CLOSE_WITHOUT_HOST : CLOSE
  const [first] = decisions
    .filter((one) => isAbout(one, observable) && (hostId === null || (one.hostIds?.includes(hostId) ?? true)))
    .sort((a, b) => close.indexOf(b.scope) - close.indexOf(a.scope) || b.id - a.id)
  if (!first) return null
  const { id, verdict, scope, scope_value, reason, owner_name, expires_at, version } = first
  const partial = scope === 'parent' || (hostId === null && first.hostIds !== null)
  return { id, verdict, scope, scope_value, reason, owner_name, expires_at, version, partial }
}

/** The names that the columns have in the caller's statement; `parent` where it knows the parent process. */
type Names = { type?: string; value?: string; shape?: string; host?: string; parent?: string; prefix?: string }

/**
 * A condition that is true for what nobody has decided about. Its parameters begin with `prefix`. A decision that holds
 * under one parent process only hides nothing where the statement does not know the parent.
 */
export function hideDecided(decisions: Decision[], names: Names = {}): { sql: string; params: Params } {
  const { type = 'type', value = 'value', shape = 'shape', host = 'host_id', parent, prefix = 'decided' } = names
  const params: Params = {}
  const bind = (kind: string, values: unknown[]) => {
    const name = `${prefix}${Object.keys(params).length}`
    params[name] = values
    return `{${name}:${kind}}`
  }
  const among = (columns: string[], found: string[][]) => {
    const parts = columns.map((_column, at) =>
      bind(
        'Array(String)',
        found.map((one) => one[at]),
      ),
    )
    const tuple = `arrayJoin(arrayZip(${parts.join(', ')}))`
    return `(${columns.join(', ')}) in (select ${columns.map((_column, at) => `pair.${at + 1}`).join(', ')} from (select ${tuple} as pair))`
  }
  const conditions: string[] = []
  const add = (columns: string[], found: string[][], and = '') => {
    if (found.length > 0) conditions.push(`(${among(columns, found)}${and})`)
  }
  const of = (scope: string) => decisions.filter((one) => one.scope === scope)
  add([type, value], of('all').map((one) => [one.type, one.value])) // biome-ignore format: one line
  add([type, shape], of('shape').map((one) => [one.type, one.shape])) // biome-ignore format: one line
  if (parent) add([type, value, parent], of('parent').map((one) => [one.type, one.value, one.scope_value])) // biome-ignore format: one line
  for (const scope of ['label', 'host']) {
    for (const where of new Set(of(scope).map((one) => one.scope_value))) {
      const there = of(scope).filter((one) => one.scope_value === where)
      const hosts = `${host} in ${bind('Array(UInt64)', there[0]?.hostIds ?? [])}`
      add([type, value], there.map((one) => [one.type, one.value]), ` and ${hosts}`) // biome-ignore format: one line
    }
  }
  return { sql: conditions.length === 0 ? '1' : `not (${conditions.join(' or ')})`, params }
}

/** The hosts that bear a label, with all that are one with them, by label. */
async function hostsByLabel(db: TenantDb, labels: string[]): Promise<Map<string, number[]>> {
  if (labels.length === 0) return new Map()
  const { rows } = await sql<{ label: string; ids: number[] }>`
    with bearing as (
      select l.label, coalesce(h.merged_into, h.id) as survivor
      from host_label l join host h on h.tenant_id = l.tenant_id and h.id = l.host_id
      where l.tenant_id = app.tenant_id() and l.removed_at is null and l.label = any(${labels}))
    select b.label, array_agg(distinct h.id) as ids
    from bearing b join host h on h.tenant_id = app.tenant_id() and (h.id = b.survivor or h.merged_into = b.survivor)
    group by b.label`.execute(db)
  return new Map(rows.map(({ label, ids }) => [label, ids.map(Number)]))
}

/** Each of these hosts with all that are one with it. */
async function hostsByHost(db: TenantDb, ids: number[]): Promise<Map<number, number[]>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ asked: number; ids: number[] }>`
    select a.id as asked, array_agg(distinct h.id) as ids
    from host a join host h on h.tenant_id = app.tenant_id()
      and (h.id = coalesce(a.merged_into, a.id) or h.merged_into = coalesce(a.merged_into, a.id))
    where a.tenant_id = app.tenant_id() and a.id = any(${ids})
    group by a.id`.execute(db)
  return new Map(rows.map(({ asked, ids: all }) => [asked, all.map(Number)]))
}
