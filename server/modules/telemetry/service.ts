import { parse, stringify } from 'lossless-json'
import { sourceOf, type TimeRead, timeReader } from '#server/modules/columns/service.ts'
import { hostIdsOf, mergedHosts } from '#server/modules/hosts/service.ts'
import { fieldsAsked, understand } from '#server/modules/language/service.ts'
import { AppError } from '#server/platform/errors.ts'
import { jsonFields, unquoted } from '#server/platform/json-fields.ts'
import { missing } from '#server/platform/table.ts'
import { orAway } from '#server/platform/telemetry.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { everyName, type Names, namesOf, partsOf } from './queries.ts'
import {
  artifactList,
  LISTED_BYTES,
  type Narrowed,
  newestRows,
  type Paging,
  rowAt,
  rowCount,
  rowPage,
  type StoredRow,
  storedPerDay,
} from './rows.ts'
import type { RowFilter, RowsAsked } from './schema.ts'
import { byHost } from './sql/host-order.ts'
import { orderOf } from './sql/order.ts'

const SHOWN = 10

/**
 * A page of rows with their hosts' names, the total the same filter matches, and the time it took. `hostsUnnamed`: there are
 * more hosts than can be sorted by name, so that those stand by number.
 */
export async function listRows(ctx: DetachedCtx, filter: RowFilter) {
  const started = performance.now()
  const [{ narrowed, said }, { order, params, hostsUnnamed }] = await Promise.all([
    narrowedTo(ctx, filter),
    sorted(ctx, filter),
  ])
  const { cursor, limit, columns } = filter
  const { found, next, previous, total } = await counted(ctx.rows, narrowed, { order, params, cursor, limit, columns })
  const told = await toldOf(ctx, found)
  return {
    rows: found.map((row) => shown(row, told, filter.columns ?? [])),
    next,
    previous,
    total,
    truncated: next !== null,
    said,
    hostsUnnamed,
    took_ms: Math.round(performance.now() - started),
  }
}

/**
 * A page and how many rows there are in all. What a query is about is found by reading rows, as many for the number as for
 * the page: a page that holds all there is has counted them.
 */
async function counted(rows: DetachedCtx['rows'], narrowed: Narrowed, paging: Paging) {
  if (!narrowed.condition) {
    const [page, total] = await Promise.all([rowPage(rows, narrowed, paging), rowCount(rows, narrowed)])
    return { ...page, total }
  }
  const page = await rowPage(rows, narrowed, paging)
  const isWhole = page.next === null && page.previous === null
  return { ...page, total: isWhole ? page.found.length : await rowCount(rows, narrowed) }
}

/** A filter as conditions on rows, and in plain words. Throws `invalid` with the place of what is wrong with its query. */
export async function narrowedTo(ctx: Pick<DetachedCtx, 'rows' | 'transact'>, { hostId, q, ...rest }: RowsAsked) {
  const { condition, said } = await understand(ctx, q, rest.artifact)
  const hostIds = hostId && (await ctx.transact('read only', ({ db }) => hostIdsOf(db, hostId)))
  const { artifact, batchId, from, to } = rest
  const narrowed: Narrowed = { artifact, batchId, from, to, hostIds: hostIds || undefined, condition }
  return { narrowed, said }
}

async function sorted(ctx: DetachedCtx, { sort = [], hostId, artifact }: RowFilter) {
  const keys = sort.map((key) => ({
    name: key.replace(/^-/, ''),
    dir: key.startsWith('-') ? ('desc' as const) : ('asc' as const),
  }))
  const named = keys.filter(({ name }) => !OF_ROWS.includes(name))
  const [{ fields, params }, told] = await Promise.all([
    fieldsAsked(
      ctx,
      named.map(({ name }) => name),
      { prefix: 's', artifact },
    ),
    keys.some(({ name }) => name === 'host') ? namesToSortBy(ctx, hostId) : null,
  ])
  const unknown = fields.find(({ values }) => values === null)
  if (unknown) throw new AppError('invalid', `No row has a field “${unknown.name}” to sort by.`)
  const valuesOf = new Map(fields.map(({ name, values }) => [name, values]))
  const hosts = byHost(told ?? { names: null, merged: [] })
  const by = (name: string) => {
    if (name === 'time' || name === 'artifact') return name
    return name === 'host' ? hosts.by : { values: valuesOf.get(name)! }
  }
  const order = orderOf(keys.map(({ name, dir }) => ({ dir, by: by(name) })))
  return { order, params: { ...params, ...hosts.params }, hostsUnnamed: told?.names === null }
}

const OF_ROWS = ['time', 'artifact', 'host']

const namesToSortBy = (ctx: DetachedCtx, hostId: number | undefined) =>
  ctx.transact('read only', async ({ db }) => {
    const names = await (hostId === undefined ? everyName(db) : namesOf(db, await hostIdsOf(db, hostId)))
    return { names, merged: await mergedHosts(db) }
  })

/** One row exactly as it came, with every time it bears. Throws `not_found` for another tenant's. */
export async function getRow(ctx: DetachedCtx, id: string) {
  const { times_ms, time_labels, ...found } = (await rowAt(ctx.rows, id)) ?? missing('row')
  const told = await toldOf(ctx, [found])
  const read = [...told.timesOf(found)]
  const times = times_ms.map((ms, at) => ({
    at: new Date(ms),
    label: time_labels[at] ?? 'seen',
    doubt: doubtOf(ms, found.ingested_at_ms),
    source: sourceOf(read, at, ms),
  }))
  return { ...shown(found, told, []), cells: fieldsOfRow(found.raw), times }
}

const MOST_FIELDS = 500

// As text, cut out of the row as it came: a number keeps every digit.
function fieldsOfRow(raw: string): Record<string, string> {
  const cells: Record<string, string> = {}
  for (const [name, json] of [...jsonFields(raw)].slice(0, MOST_FIELDS)) cells[name] = unquoted(json)
  return cells
}

const BEFORE_COMPUTERS = Date.UTC(1980, 0, 1)
const DAY_MS = 86_400_000

/** Why a time can hardly be true; it is kept as it came. Null for one that can. */
export const doubtOf = (ms: number, arrived: number): 'before 1980' | 'after it arrived' | null =>
  ms < BEFORE_COMPUTERS ? 'before 1980' : ms > arrived + DAY_MS ? 'after it arrived' : null

/** The newest rows of a host and the deliveries that brought its rows; rows are null while the row engine is away. */
export async function newestOf(ctx: DetachedCtx, hostId: number) {
  const { names, artifacts, deliveries } = await ctx.transact('read only', ({ db }) => partsOf(db, hostId))
  const hosts = [...names.keys()]
  const found = artifacts.length > 0 ? newestRows(ctx.rows, { hosts, artifacts, limit: SHOWN }) : Promise.resolve([])
  const rows = await orAway(found)
  if (!rows) return { deliveries, rows: null }
  const timesOf = await ctx.transact('read only', ({ db }) => timeReader(db, rows))
  return { deliveries, rows: rows.map((row) => shown(row, { names, timesOf }, [])) }
}

/** Artifacts with figures and times. */
export async function listArtifacts(ctx: Pick<DetachedCtx, 'rows' | 'transact'>) {
  const found = await artifactList(ctx.rows, await ctx.transact('read only', ({ db }) => mergedHosts(db)))
  return found.map(({ last_ingested_at_ms, ...artifact }) => ({
    ...artifact,
    last_ingested_at: new Date(last_ingested_at_ms),
  }))
}

/** Rows stored on each of the last days, today (UTC) last; a day without rows is zero because it was counted. */
export async function perDay(ctx: Pick<DetachedCtx, 'rows'>, days: number) {
  const counted = new Map((await storedPerDay(ctx.rows, days)).map(({ day, rows }) => [day, rows]))
  const today = Date.now()
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(today - (days - 1 - index) * 86_400_000).toISOString().slice(0, 10)
    return { day, rows: counted.get(day) ?? 0 }
  })
}

/** Under which hosts rows are shown, and where their times stand. */
type Told = { names: Names; timesOf: (row: Pick<StoredRow, 'artifact' | 'raw'>) => Iterable<TimeRead> }

function shown(
  { cells, event_time_ms, ingested_at_ms, ...row }: StoredRow,
  { names, timesOf }: Told,
  columns: string[],
) {
  const exact = columns.length > 0 && row.raw_bytes <= LISTED_BYTES ? parsed(row.raw) : null
  return {
    ...row,
    id: `${row.host_id}.${row.batch_id}.${row.line}`,
    host_id: names.get(row.host_id)?.id ?? row.host_id,
    hostname: names.get(row.host_id)?.hostname ?? 'unknown',
    event_time: event_time_ms === null ? null : new Date(event_time_ms),
    event_source: event_time_ms === null ? null : sourceOf(timesOf(row), 0, event_time_ms),
    time_doubt: event_time_ms === null ? null : doubtOf(event_time_ms, ingested_at_ms),
    ingested_at: new Date(ingested_at_ms),
    cells: Object.fromEntries(
      columns.map((name, index) => [name, exact ? textOf(exact[name]) : textOf(parsed(cells[index] ?? ''))]),
    ),
  }
}

// The engine prints a decimal anew, and JSON.parse rounds what is longer than a double: lossless-json does neither.
function parsed(json: string): Record<string, unknown> | null {
  try {
    return parse(json) as Record<string, unknown>
  } catch {
    return null
  }
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : (stringify(value) ?? '')

/** What is told of these rows beside what they hold, by one look. A merged host's rows bear the name of the host that stands for it. */
export async function toldOf(
  ctx: Pick<DetachedCtx, 'transact'>,
  rows: Pick<StoredRow, 'host_id' | 'artifact' | 'raw'>[],
): Promise<Told> {
  if (rows.length === 0) return { names: new Map(), timesOf: () => [] }
  const ids = [...new Set(rows.map((row) => row.host_id))]
  return ctx.transact('read only', async ({ db }) => ({
    names: await namesOf(db, ids),
    timesOf: await timeReader(db, rows),
  }))
}
