import { isCarried } from '#server/modules/columns/service.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { sourcesHeard, visitsPerDay } from './queries.ts'
import type { Drift } from './schema.ts'

const ENOUGH_ROWS = 20
const MOST_COLUMNS = 300
const NUMBERS = ['whole number', 'number']

export type Column = { kinds: string[]; deliveries: number; last_batch_id: number }
/** What an artifact has been seen with; `columns` by name. */
export type Profile = { deliveries: number; columns: Map<string, Column> }
export type Arrived = { batch: number; rows: number; columns: { name: string; kinds: string[] }[] }

/**
 * How a delivery's columns differ from all before it, or null. New: never seen. Gone: it stood in every delivery until
 * now, and at least 20 rows lack it. Changed: of the kinds its values have now, none was ever seen; null has no kind.
 * An artifact whose keys are data (more than 300 columns) has no columns to drift.
 */
export function driftOf(known: Profile, { rows, columns }: Arrived): Drift | null {
  if (known.deliveries === 0 || known.columns.size > MOST_COLUMNS) return null
  const here = new Map(columns.filter(({ name }) => !isCarried(name)).map((column) => [column.name, column.kinds]))
  const added = [...here.keys()].filter((name) => !known.columns.has(name))
  const always = [...known.columns].filter(([, { deliveries }]) => deliveries === known.deliveries)
  const gone = rows < ENOUGH_ROWS ? [] : always.map(([name]) => name).filter((name) => !here.has(name))
  const changed = [...here].flatMap(([name, to]) => {
    const from = known.columns.get(name)?.kinds ?? []
    return to.length > 0 && from.length > 0 && !to.some((kind) => isLike(kind, from)) ? [{ name, from, to }] : []
  })
  return added.length + gone.length + changed.length > 0 ? { added, gone, changed } : null
}

const isLike = (kind: string, known: string[]) =>
  known.includes(kind) || (NUMBERS.includes(kind) && NUMBERS.some((number) => known.includes(number)))

/** The profile with one more delivery. Columns beyond what is watched are not kept. */
export function learned(known: Profile, { batch, columns }: Arrived): Profile {
  const next = new Map(known.columns)
  for (const { name, kinds } of columns) {
    if (isCarried(name) || name.includes('\0') || next.size > 2 * MOST_COLUMNS) continue
    const column = next.get(name) ?? { kinds: [], deliveries: 0 }
    next.set(name, {
      kinds: [...new Set([...column.kinds, ...kinds])].sort(),
      deliveries: column.deliveries + 1,
      last_batch_id: batch,
    })
  }
  return { deliveries: known.deliveries + 1, columns: next }
}

/** Both drifts told as one. */
export const together = (a: Drift | null, b: Drift): Drift => ({
  added: [...new Set([...(a?.added ?? []), ...b.added])],
  gone: [...new Set([...(a?.gone ?? []), ...b.gone])],
  changed: [...(a?.changed ?? []).filter((old) => !b.changed.some(({ name }) => name === old.name)), ...b.changed],
})

export type Rhythm = {
  expect_every_minutes: number | null
  /** 95 of 100 pauses of the last four weeks were no longer than this; null when there was no pause. */
  pause_minutes: number | null
  /** From the first visit of these four weeks to the last. */
  known_minutes: number
}
const SHORTEST_LIMIT = 60
const SAME_VISIT = 15

/**
 * After how many minutes without a delivery a source is silent: what it was told to keep to, else twice its usual pause,
 * at least an hour. The usual pause is the 95th percentile of the gaps above 15 minutes between its visits of four weeks:
 * an accrual failure detector (Hayashibara et al. 2004: suspect when so long a gap has become improbable by the gaps
 * seen before), with the empirical quantile in place of a normal curve, because nights and weekends make two humps.
 * Null while the limit would not fit three times into what is known of the source: that is no habit yet.
 */
export function silentAfter({ expect_every_minutes, pause_minutes, known_minutes }: Rhythm): number | null {
  if (expect_every_minutes !== null) return expect_every_minutes
  const limit = Math.max(SHORTEST_LIMIT, 2 * (pause_minutes ?? SAME_VISIT))
  return known_minutes >= 3 * limit ? limit : null
}

const DAYS = 14

/** Each source in use: rows stored per day of the last 14, when it last delivered, and how old its newest event was then. */
export async function pulse(ctx: Ctx) {
  const [heard, visits] = [await sourcesHeard(ctx.db), await visitsPerDay(ctx.db, DAYS)]
  return heard
    .filter(({ revoked }) => !revoked)
    .map(({ pause_minutes, known_minutes, revoked: _no, ...source }) => ({
      ...source,
      silent_after_minutes: silentAfter({ ...source, pause_minutes, known_minutes }),
      days: lastDays(DAYS).map((day) => ({ day, rows: visits.get(source.id)?.get(day) ?? 0 })),
    }))
}

const lastDays = (count: number) =>
  Array.from({ length: count }, (_, at) =>
    new Date(Date.now() - (count - 1 - at) * 86_400_000).toISOString().slice(0, 10),
  )
