import { parse, stringify } from 'lossless-json'
import { missing } from '#server/platform/table.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { artifactList, LISTED_BYTES, rowAt, rowCount, rowPage, type StoredRow, storedPerDay } from './rows.ts'
import type { RowFilter } from './schema.ts'

/** A page of rows with their hosts' names, the total the same filter matches, and the time it took. */
export async function listRows(ctx: DetachedCtx, filter: RowFilter) {
  const started = performance.now()
  const [{ found, next }, total] = await Promise.all([rowPage(ctx.rows, filter), rowCount(ctx.rows, filter)])
  const names = await hostNames(ctx, found)
  return {
    rows: found.map((row) => shown(row, names, filter.columns ?? [])),
    next,
    total,
    truncated: next !== null,
    took_ms: Math.round(performance.now() - started),
  }
}

/** One row exactly as it came. Throws `not_found` for another tenant's. */
export async function getRow(ctx: DetachedCtx, id: string) {
  const found = (await rowAt(ctx.rows, id)) ?? missing('row')
  return shown(found, await hostNames(ctx, [found]), [])
}

/** Artifacts with figures and times. */
export async function listArtifacts(ctx: Pick<DetachedCtx, 'rows'>, hostId?: number) {
  const found = await artifactList(ctx.rows, hostId)
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

function shown(
  { cells, event_time_ms, ingested_at_ms, ...row }: StoredRow,
  names: Map<number, string>,
  columns: string[],
) {
  const exact = columns.length > 0 && row.raw_bytes <= LISTED_BYTES ? parsed(row.raw) : null
  return {
    ...row,
    id: `${row.host_id}.${row.batch_id}.${row.line}`,
    hostname: names.get(row.host_id) ?? 'unknown',
    event_time: event_time_ms === null ? null : new Date(event_time_ms),
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

async function hostNames(ctx: DetachedCtx, rows: StoredRow[]): Promise<Map<number, string>> {
  const ids = [...new Set(rows.map((row) => row.host_id))]
  if (ids.length === 0) return new Map()
  const hosts = await ctx.transact('read only', ({ db }) =>
    db.selectFrom('host').select(['id', 'hostname']).where('id', 'in', ids).execute(),
  )
  return new Map(hosts.map(({ id, hostname }) => [id, hostname]))
}
