import type { z } from 'zod'
import { type ArtifactMap, artifactNames, groupsOf, sourceOf, timesRead } from '#server/modules/columns/service.ts'
import { hostIdsOf, type Merged, mergedHosts } from '#server/modules/hosts/service.ts'
import { mapsFor, understand } from '#server/modules/language/service.ts'
import { ofCells } from '#server/modules/observables/service.ts'
import { tagsGiven } from '#server/modules/tags/queries.ts'
import { type Names, namesOf } from '#server/modules/telemetry/queries.ts'
import { rowAt } from '#server/modules/telemetry/rows.ts'
import { doubtOf } from '#server/modules/telemetry/service.ts'
import { AppError } from '#server/platform/errors.ts'
import { missing } from '#server/platform/table.ts'
import { orAway } from '#server/platform/telemetry.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { addAnnotation, annotationPage, annotationsIn, type StoredAnnotation, shiftsOf } from './queries.ts'
import type { FoundEvent, FoundLane, FoundRow, Key, Narrowing, Place, Shift, Side } from './rows.ts'
import { cellsOf, densityOf, eventPage, lanes, rowsAt, undatedRows } from './rows.ts'
import type { NewAnnotation, TimelineView } from './schema.ts'

const LANE_BINS = 120
const UNDATED_SHOWN = 20

/**
 * A timeline as its page shows it: events (every labelled time of a row, and annotations) in order of time, the lanes of
 * the window, the density of everything, and beside them what bears no time. Throws `not_found` for a foreign host or row.
 */
export async function viewTimeline(ctx: DetachedCtx, view: TimelineView) {
  const started = performance.now()
  const { condition, said } = await understand(ctx, view.q)
  const { hostIds, shifts, merged } = await ctx.transact('read only', async ({ db }) => ({
    hostIds: view.hostId ? await hostIdsOf(db, view.hostId) : null,
    shifts: await shiftsOf(db),
    merged: await mergedHosts(db),
  }))
  if (hostIds?.length === 0) missing('host')
  const [from, to] = [view.from?.getTime() ?? null, view.to?.getTime() ?? null]
  const narrowing: Narrowing = { condition, hostIds, from, to, shifts }
  const row = view.rowId ? await ownTime(ctx, shifts, view.rowId) : null
  const [page, undated] = await Promise.all([
    pageOf(ctx, narrowing, planOf(view, row?.at ?? null)),
    undatedRows(ctx.rows, narrowing, UNDATED_SHOWN),
  ])
  const counted = densityOf(ctx.rows, narrowing)
  const draw = async () => {
    const { first, last } = from !== null && to !== null ? { first: from, last: to - 1 } : await counted
    const window = { from: from ?? first, to: to ?? (last === null ? null : last + 1) }
    return lanesOf(ctx, { ...narrowing, ...window }, { by: view.lanes, merged })
  }
  const [told, dense, drawn] = await Promise.all([tell(ctx, page.events, undated.places, shifts), counted, draw()])
  return {
    said,
    ...told,
    earlier: page.earlier,
    later: page.later,
    total: dense.inside,
    undated_total: undated.total,
    density: dense,
    lanes: drawn,
    row: row && { at: row.at === null ? null : new Date(row.at) },
    took_ms: Math.round(performance.now() - started),
  }
}

/** When a row's own time is read to be; null for one that bears none. Throws `not_found` for another tenant's row. */
async function ownTime({ rows }: DetachedCtx, shifts: Shift[], rowId: string) {
  const { times_ms, host_id } = (await rowAt(rows, rowId)) ?? missing('row')
  return { at: times_ms[0] === undefined ? null : times_ms[0] + shiftOf(shifts, host_id) }
}

const shiftOf = (shifts: Shift[], host: number) => shifts.find(({ host_id }) => host_id === host)?.ms ?? 0

/** How many events to show before and after a key; null: from the beginning, or from the end. */
type Plan = { key: Key | null; before: number; after: number; onwards: boolean }

function planOf({ cursor, at, from, limit }: TimelineView, row: number | null): Plan {
  if (cursor) {
    const [, side, ...parts] = cursor.match(/^(before|after)\.(-?\d{1,16})\.(\d{1,15})\.(\d{1,15})\.(\d{1,9})$/) ?? []
    if (!side) throw new AppError('invalid', 'That page link is not valid. Start again from the first page.')
    const key = parts.map(Number) as Key
    return { key, before: side === 'before' ? limit : 0, after: side === 'after' ? limit : 0, onwards: true }
  }
  const middle = row ?? at?.getTime()
  // What happened at the very moment stands after it.
  if (middle !== undefined)
    return { key: [middle, 0, 0, 0], before: Math.ceil(limit / 2), after: Math.floor(limit / 2) || 1, onwards: false }
  return { key: null, before: from ? 0 : limit, after: from ? limit : 0, onwards: false }
}

type Placed = { key: Key } & ({ event: FoundEvent } | { note: StoredAnnotation })

async function pageOf(ctx: DetachedCtx, narrowing: Narrowing, { key, before, after, onwards }: Plan) {
  const side = (which: Side, limit: number) =>
    limit === 0 ? Promise.resolve([]) : nearest(ctx, narrowing, { side: which, key, limit: limit + 1 })
  const [earlier, later] = await Promise.all([side('before', before), side('after', after)])
  const events = [...earlier.slice(0, before).reverse(), ...later.slice(0, after)]
  const more = {
    before: before === 0 ? onwards : earlier.length > before,
    after: after === 0 ? onwards : later.length > after,
  }
  const ends = { before: events[0]?.key, after: events.at(-1)?.key }
  const link = (which: Side) => (more[which] && ends[which] ? [which, ...ends[which]].join('.') : null)
  return { events, earlier: link('before'), later: link('after') }
}

/** What comes next on one side of a key: times of rows and annotations in one order, nearest first. */
async function nearest(ctx: DetachedCtx, narrowing: Narrowing, ask: { side: Side; key: Key | null; limit: number }) {
  const [events, notes] = await Promise.all([
    eventPage(ctx.rows, narrowing, ask),
    ctx.transact('read only', ({ db }) => annotationPage(db, narrowing, ask)),
  ])
  const placed: Placed[] = [
    ...events.map((event) => ({ key: [event.at, event.batch_id, event.line, event.n] as Key, event })),
    ...notes.map((note) => ({ key: [note.happened_at.getTime(), 0, note.id, 0] as Key, note })),
  ]
  const sign = ask.side === 'after' ? 1 : -1
  return placed.sort((a, b) => sign * compared(a.key, b.key)).slice(0, ask.limit)
}

const compared = (a: Key, b: Key) => a.map((part, at) => part - b[at]!).find((difference) => difference !== 0) ?? 0

type Drawing = { by: TimelineView['lanes']; merged: Merged[] }

/** The fullest lanes of a window and the annotations in it; nothing where there is no window. */
async function lanesOf(ctx: DetachedCtx, narrowing: Narrowing, { by, merged }: Drawing) {
  const { from, to } = narrowing
  const { marks, truncated } = await ctx.transact('read only', ({ db }) => annotationsIn(db, narrowing))
  const notes = { marks: marks.map(({ id, happened_at, text }) => ({ id, at: happened_at, text })), truncated }
  if (from === null || to === null || from >= to) return { by, from: null, to: null, count: 0, lanes: [], notes }
  const users = by === 'user' ? groupsOf(await mapsFor(ctx, await artifactNames(ctx.rows))) : []
  const tags = by === 'tag' ? await ctx.transact('read only', ({ db }) => tagsGiven(db)) : []
  const width = Math.min(LANE_BINS, to - from)
  const found = await lanes(
    ctx.rows,
    { ...narrowing, from, to },
    {
      by,
      merged,
      bins: width,
      tags,
      users: users
        .map((map) => ({ ...map, columns: map.columns.filter(({ role }) => role === 'user') }))
        .filter(({ columns }) => columns.length > 0),
    },
  )
  const ids = by === 'host' ? found.map(({ lane }) => Number(lane)) : []
  const names = await hostNames(ctx, ids)
  return {
    by,
    from: new Date(from),
    to: new Date(to),
    count: found[0]?.lanes ?? 0,
    lanes: found.map(({ lane, events, bins }) => ({
      lane,
      name: names.get(Number(lane))?.hostname ?? lane,
      events,
      bins: eachBin(bins, width),
    })),
    notes,
  }
}

/** The number of each bin, in order: a page has twelve hundred. */
function eachBin(held: FoundLane['bins'], width: number): number[] {
  const bins = new Array<number>(width).fill(0)
  for (const [bin, n] of held) bins[Number(bin)] = Number(n)
  return bins
}

const hostNames = async (ctx: DetachedCtx, ids: number[]): Promise<Names> =>
  ids.length === 0 ? new Map() : ctx.transact('read only', ({ db }) => namesOf(db, [...new Set(ids)]))

/** What events and undated rows say, with the names of their hosts and what is known of the values they show. */
async function tell(ctx: DetachedCtx, placed: Placed[], undated: Place[], shifts: Shift[]) {
  const places = [...placed.flatMap((one) => ('event' in one ? [one.event] : [])), ...undated]
  const ids = places.map(({ host_id }) => host_id)
  const [found, names] = await Promise.all([rowsAt(ctx.rows, places), hostNames(ctx, ids)])
  const { rows, marked } = await shownOf(ctx, found)
  const told = ({ host_id, artifact, batch_id, line }: Place) => {
    const row = rows.get(`${batch_id}.${line}`)
    return {
      row: `${host_id}.${batch_id}.${line}`,
      host_id: names.get(host_id)?.id ?? host_id,
      hostname: names.get(host_id)?.hostname ?? 'unknown',
      artifact,
      cells: row?.cells ?? [],
      arrived: row?.arrived ?? 0,
      times: row?.times ?? [],
      labels: row?.labels ?? [],
    }
  }
  const happened = ({ at, ...event }: FoundEvent) => {
    const shift = shiftOf(shifts, event.host_id)
    const { arrived, times, labels, ...row } = told(event)
    const original = at - shift
    const said = { label: labels[event.n - 1] ?? '', original: new Date(original), shift_seconds: shift / 1000 }
    const source = sourceOf(times, event.n - 1, original)
    return { ...row, at: new Date(at), ...said, source, doubt: doubtOf(original, arrived) }
  }
  return {
    events: placed.map(({ key, ...one }) =>
      'note' in one
        ? { kind: 'note' as const, key: key.join('.'), at: one.note.happened_at, ...one.note }
        : { kind: 'row' as const, key: key.join('.'), ...happened(one.event) },
    ),
    undated: undated.map(told),
    marked,
  }
}

const LONGEST_KNOWN = 4096
const CELL_CHARACTERS = 300

/**
 * The cells that each row is told by, with what is known of their values: one question for the whole page. Where that cannot
 * be answered now the cells stand without it, and `marked` is false.
 */
async function shownOf(ctx: DetachedCtx, found: FoundRow[]) {
  const artifacts = [...new Set(found.map(({ artifact }) => artifact))]
  const maps = artifacts.length > 0 ? await mapsFor(ctx, artifacts) : new Map<string, ArtifactMap>()
  const told = found.map((row) => ({ row, cells: cellsOf(row, maps.get(row.artifact)) }))
  const asked = told.flatMap(({ row, cells }) =>
    cells.filter(({ column, text }) => column !== '' && text.length <= LONGEST_KNOWN).map((cell) => ({ row, cell })),
  )
  const cells = asked.map(({ row, cell }) => ({ artifact: row.artifact, host: row.host_id, ...cell }))
  const looked = await orAway(ofCells(ctx, cells))
  const known = new Map(asked.map(({ cell }, at) => [cell, looked?.[at] ?? null]))
  const shown = told.map(({ row, cells }) => ({
    arrived: row.arrived,
    labels: row.labels,
    times: [...timesRead(row.raw, maps.get(row.artifact)?.columns ?? [])],
    cells: cells.map((cell) => ({
      column: cell.column,
      text: cell.text.slice(0, CELL_CHARACTERS),
      known: known.get(cell) ?? null,
    })),
  }))
  return {
    rows: new Map(found.map(({ batch_id, line }, at) => [`${batch_id}.${line}`, shown[at]!])),
    marked: looked !== null,
  }
}

/** Keeps a person's event; of a row it is about, the host is that of the row. Throws `not_found` for a foreign one. */
export async function annotate(ctx: DetachedCtx, { at, text, hostId, rowId }: z.output<typeof NewAnnotation>) {
  const row = rowId ? ((await rowAt(ctx.rows, rowId)) ?? missing('row')) : null
  const about = row?.host_id ?? hostId
  return ctx.transact('read write', async (own) => {
    if (about !== undefined && (await hostIdsOf(own.db, about)).length === 0) missing('host')
    return addAnnotation(own, { at, text, hostId: about ?? null, place: rowId ?? null })
  })
}
