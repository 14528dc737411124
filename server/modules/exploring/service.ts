import type { z } from 'zod'
import { sourceOf } from '#server/modules/columns/service.ts'
import { hostIdsOf, mergedHosts } from '#server/modules/hosts/service.ts'
import { fieldsAsked } from '#server/modules/language/service.ts'
import { namesOf } from '#server/modules/telemetry/queries.ts'
import { getRow, listRows, narrowedTo, toldOf } from '#server/modules/telemetry/service.ts'
import { farthestTrue } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { missing } from '#server/platform/table.ts'
import { inTime } from '#server/platform/telemetry.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { keepLayout, layoutOf } from './queries.ts'
import { type Counted, type CountedField, countedValues, extentOf, perStretch, rowsAround } from './rows.ts'
import type { Around, Bar, Facet, Facets, FacetValue, GridKept, Histogram } from './schema.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const WIDTHS = [
  1, 10, 100, 1000, 2000, 5000, 10_000, 15_000, 30_000, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE,
  30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY,
  182 * DAY, 364 * DAY, 3640 * DAY,
] // biome-ignore format: a list to read across
// 1970 began on a Thursday; weeks begin on Monday.
const MONDAY = 4 * DAY
const BEFORE_COMPUTERS = Date.UTC(1980, 0, 1)

/**
 * Rows over event time, all that the filter meets: `bars` + `undated` + `before` + `after` are `rows`. Without a range of
 * its own it runs from the first to the last time that can be true; what is dated outside of that stands beside it.
 */
export async function histogram(ctx: DetachedCtx, { bars, ...asked }: z.infer<typeof Histogram>) {
  const [{ narrowed }, merged] = await Promise.all([narrowedTo(ctx, asked), mergedIn(ctx)])
  const ceiling = Math.max(farthestTrue(), asked.to?.getTime() ?? 0)
  const floor = Math.min(BEFORE_COMPUTERS, asked.from?.getTime() ?? BEFORE_COMPUTERS)
  const extent = await extentOf(ctx.rows, narrowed, merged, { floor, ceiling })
  const { first_ms, last_ms, ...counts } = extent
  if (first_ms === null || last_ms === null) return { ...counts, width: null, bars: [] as Bar[] }
  const { start, end, width } = stretches({ first: first_ms, last: last_ms, bars })
  const found = await perStretch(ctx.rows, narrowed, {
    start,
    width,
    from: Math.max(start, floor),
    to: Math.min(end, ceiling + 1),
  })
  const rowsAt = new Map(found.map(({ bar, rows }) => [bar, rows]))
  const count = Math.round((end - start) / width)
  return {
    ...counts,
    width,
    bars: Array.from({ length: count }, (_, n): Bar => {
      const from = start + n * width
      return { from: new Date(from), to: new Date(from + width), rows: rowsAt.get(n) ?? 0 }
    }),
  }
}

/** Whole stretches of a round width, at most `bars` of them, that hold both ends. */
export function stretches({ first, last, bars }: { first: number; last: number; bars: number }) {
  const of = (width: number) => {
    const shift = width % (7 * DAY) === 0 ? MONDAY : 0
    const start = Math.floor((first - shift) / width) * width + shift
    const end = (Math.floor((last - shift) / width) + 1) * width + shift
    return { start, end, width }
  }
  const fitting = WIDTHS.map(of).find(({ start, end, width }) => (end - start) / width <= bars)
  return fitting ?? of(3640 * DAY * Math.ceil((last - first) / (3640 * DAY) / (bars - 1) + 1))
}

const OWN: readonly string[] = ['artifact', 'host']

/**
 * The commonest values of each field among all rows that the filter meets. Fields that no row has are left out; `slow` names
 * those that could not be counted in time.
 */
export async function facets(ctx: DetachedCtx, { fields, top, ...asked }: z.infer<typeof Facets>) {
  const names = [...new Set(fields)]
  const inRows = names.filter((name) => !OWN.includes(name))
  const [{ narrowed }, merged, read] = await Promise.all([
    narrowedTo(ctx, asked),
    mergedIn(ctx),
    fieldsAsked(ctx, inRows, { prefix: 'facet', artifact: asked.artifact }),
  ])
  const own = names.filter((name) => OWN.includes(name))
  const known = read.fields.filter(({ values }) => values !== null)
  const count = (counted: CountedField[], params = {}) =>
    counted.length === 0 ? [] : inTime(countedValues(ctx.rows, narrowed, merged, { fields: counted, params, top }))
  // The narrow ones are quick whatever the rows hold: they do not wait for the wide ones.
  const [ownFound, found] = await Promise.all([
    count(own as CountedField[]),
    count(
      known.map(({ values, column }) => ({ values: values!, column })),
      read.params,
    ),
  ])
  const hosts = await hostNames(ctx, own.includes('host') ? (ownFound ?? []).filter(({ n }) => own[n] === 'host') : [])
  const made = [
    ...own.map((field, n) => ownFound && facetOf(field, ownFound, n, top, field === 'host' ? hosts : undefined)),
    ...known.map(({ name }, n) => found && facetOf(name, found, n, top)),
  ]
  const order = (field: string) => names.indexOf(field)
  return {
    facets: made.flatMap((facet) => facet ?? []).sort((a, b) => order(a.field) - order(b.field)),
    slow: [...(ownFound ? [] : own), ...(found ? [] : known.map(({ name }) => name))],
  }
}

const LONGEST_ASKED = 300

function facetOf(field: string, found: Counted[], n: number, top: number, hosts?: Map<number, string>): Facet {
  const mine = found.filter((one) => one.n === n)
  const none = mine.find(({ text }) => text === null)
  const shown = mine.filter(({ text }) => text !== null).slice(0, top)
  const values = shown.map(({ text, bytes, rows, hosts: several }): FacetValue => {
    const hostId = hosts ? Number(text) : null
    const name = hostId === null ? text! : (hosts?.get(hostId) ?? 'unknown')
    return { text: name, value: bytes > LONGEST_ASKED ? null : name, hostId, rows, hosts: several }
  })
  const several = (mine[0]?.several ?? 0) - (none ? 1 : 0)
  return { field, values, more: several - values.length, without: none?.rows ?? 0 }
}

const hostNames = async (ctx: DetachedCtx, counted: Counted[]): Promise<Map<number, string>> => {
  const ids = counted.map(({ text }) => Number(text))
  if (ids.length === 0) return new Map()
  const names = await ctx.transact('read only', ({ db }) => namesOf(db, ids))
  return new Map([...names].map(([id, { hostname }]) => [id, hostname]))
}

const mergedIn = (ctx: DetachedCtx) => ctx.transact('read only', ({ db }) => mergedHosts(db))

const AROUND = 12
// What artifacts call the number of a process; the first that a row has is asked for.
const PROCESS = ['Pid', 'PID', 'pid', 'ProcessId', 'ProcessID', 'process_id']

/** What else its host did around a row: rows of the time, and rows of the same process number. Throws `not_found`. */
export async function neighbours(ctx: DetachedCtx, { id, minutes }: z.infer<typeof Around>) {
  const row = await getRow(ctx, id)
  const hostId = row.host_id
  const hosts = await ctx.transact('read only', ({ db }) => hostIdsOf(db, hostId))
  const at = row.event_time?.getTime()
  const process = processOf(row.raw)
  const [near, same] = await Promise.all([
    at === undefined ? [] : rowsAround(ctx.rows, hosts, at, minutes * MINUTE, AROUND),
    process ? listRows(ctx, { hostId, q: process, limit: AROUND, ...around(at) }).catch(noSuchField) : null,
  ])
  const { timesOf } = await toldOf(ctx, near)
  return {
    hostId,
    hostname: row.hostname,
    from: at === undefined ? null : new Date(at - minutes * MINUTE),
    to: at === undefined ? null : new Date(at + minutes * MINUTE),
    near: near.map(({ host_id, batch_id, line, at_ms, ...seen }) => ({
      ...seen,
      id: `${host_id}.${batch_id}.${line}`,
      event_time: new Date(at_ms),
      event_source: sourceOf(timesOf(seen), 0, at_ms),
    })),
    process:
      same === null || process === null
        ? null
        : {
            q: process,
            total: same.total,
            rows: same.rows.map(({ id, artifact, event_time, event_source, raw }) => ({
              id,
              artifact,
              event_time,
              event_source,
              raw: raw.slice(0, 600),
            })),
          },
  }
}

// The text of a row may bear a number that none of its columns holds: then nothing can be asked for by it.
function noSuchField(error: unknown): null {
  if (error instanceof AppError && error.code === 'invalid') return null
  throw error
}

// A process number is used again: a day around the row is near enough.
const around = (at: number | undefined) =>
  at === undefined ? { from: undefined, to: undefined } : { from: new Date(at - DAY), to: new Date(at + DAY) }

function processOf(raw: string): string | null {
  for (const name of PROCESS) {
    const found = raw.match(new RegExp(`"${name}"\\s*:\\s*"?(\\d{1,10})\\b`))
    if (found) return `${/^[a-z]/.test(name) ? `row.${name}` : name}:${found[1]}`
  }
  return null
}

/** A person's layout of an artifact's grid; null when they have chosen none. */
export const getLayout = ({ db, actor }: Ctx, artifact: string | undefined) =>
  actor.accountId === null || artifact === undefined ? null : layoutOf(db, actor.accountId, artifact)

/** Keeps the actor's layout of an artifact's grid. Throws `not_found` where no person acts. */
export const setLayout = ({ db, actor }: Ctx, { artifact, ...layout }: z.infer<typeof GridKept>) =>
  keepLayout(db, actor.accountId ?? missing('account'), artifact, layout)
