import { type TimesSql, timesOf } from '#server/modules/columns/service.ts'
import {
  type Freshness,
  type HostFact,
  type HostSighting,
  type NameSighting,
  upsertHosts,
} from '#server/modules/hosts/service.ts'
import { allEnded } from '#server/platform/all-ended.ts'
import { openCompany } from '#server/platform/company.ts'
import { AppError } from '#server/platform/errors.ts'
import type { JobCtx } from '#server/platform/jobs.ts'
import { factsTold, hostsTold, keyOf, noteTold, soAt, type Told } from './archives.ts'
import { deriveBatches, factsInRows, mapsOfLoad } from './derive.ts'
import { type Block, partsOf } from './formats/chunks.ts'
import { Unreadable } from './formats/framed.ts'
import { Unnamed } from './formats/unnamed.ts'
import { type Opened, open } from './members.ts'
import { type Group, type Loading, noteProgress, type Step } from './queries.ts'
import {
  type Counts,
  countBatches,
  freshnessOf,
  hostsIn,
  identify,
  quarantine,
  quarantineLeftOut,
  type SeenHost,
  stagedChunks,
  storeChunk,
} from './rows.ts'
import { clearStaging, lookCloser, rowsOfLoad, stage } from './staging.ts'

// One where somebody else loads too: their few rows are not to wait for both cores.
const AT_ONCE = 2
const company = openCompany()
// Nobody sees the steps of a smaller load, and each costs it a transaction.
const WATCHED_BYTES = 8 * 1024 * 1024

/** What will fail the same way every time; `batch` names the delivery that is to blame, `cause` what a person can mend. */
export class Hopeless extends Error {
  readonly batch: number | undefined
  constructor(message: string, batch?: number, cause?: unknown) {
    super(message, { cause })
    this.batch = batch
  }
}

/** What a load brought, by delivery. */
export type Loaded = {
  formats: Map<number, Opened['format']>
  counts: Map<number, Counts>
  freshness: Freshness[]
  names: NameSighting[]
  facts: HostFact[]
}

/**
 * Brings deliveries from the spool into the rows, from staging to the counts. Safe to repeat with the same deliveries:
 * the same bytes give the same tokens. Throws Hopeless when one of them can never be loaded.
 */
export async function load(own: JobCtx, { load: id, batches, again }: Group): Promise<Loaded> {
  const rows = rowsOfLoad(own.rows, id)
  const ctx = { ...own, rows }
  const ids = batches.map((batch) => batch.id)
  const whole = batches.reduce((sum, { bytes }) => sum + bytes, 0)
  company.note(own.tenantId)
  const progress = async (share: number, step: Step) =>
    whole > WATCHED_BYTES && ctx.transact('read write', (db) => noteProgress(db, ids, share, step))

  if (again) await clearStaging(rows, id)
  const found: Found = { formats: new Map(), told: new Map() }
  let bytes = 0
  let lines = 0
  await sideBySide(ctx, partsOf(blocksOf(ctx, batches, found)), async (part) => {
    ctx.signal.throwIfAborted()
    await stage(rows, id, part)
    part.release()
    bytes += part.body.length
    lines += part.lines
    await progress(0.35 * Math.min(1, bytes / whole), { phase: 'reading', rows: lines })
  })
  await progress(0.35, { phase: 'checking', rows: 0 })
  await lookCloser(rows, id)
  const [[seen, hosts], maps] = await allEnded([hostsOf(ctx, id, found), mapsOfLoad(ctx, id), quarantine(rows, id)])
  await identify(rows, id, ids, hosts)
  await storeAll(ctx, { id, batches: ids, times: timesOf(maps) }, (share, stored) =>
    progress(0.45 + 0.5 * share, { phase: 'storing', rows: stored }),
  )
  const [freshness, counts] = await allEnded([freshnessOf(rows, ids), countBatches(rows, id, ids)])
  await progress(0.95, { phase: 'deriving', rows: 0 })
  const [inRows] = await allEnded([factsInRows(rows, ids, freshness), deriveBatches(ctx, ids, freshness, maps)])
  const keys = new Map(hosts.map(({ key, host_id }) => [key, host_id]))
  const times = timesOfHosts(found, keys, freshness)
  const facts = [...factsTold(found.told, keys), ...inRows].map((fact) => ({
    ...fact,
    seen_at: fact.seen_at ?? times.get(fact.host_id)?.seen_at ?? null,
  }))
  return { formats: found.formats, counts, freshness, names: namesOf(seen, keys, times), facts }
}

/** What the deliveries were found to be, and what their archives tell beside rows. */
type Found = { formats: Map<number, Opened['format']>; told: Map<number, Told> }

/** The names that rows bear, and our hosts behind them and those of archives; what archives tell is entered with them. */
async function hostsOf(ctx: JobCtx, load: number, { told }: Found) {
  const seen = await hostsIn(ctx.rows, load)
  const sightings = new Map<string, HostSighting>(seen.map((host) => [host.key, host]))
  for (const host of hostsTold(told.values())) sightings.set(host.key, host)
  return ctx.transact('read write', async (db) => {
    const hosts = await upsertHosts(db, [...sightings.values()])
    if (told.size > 0) await noteTold(db, told, new Map(hosts.map(({ key, host_id }) => [key, host_id])))
    return [seen, hosts] as const
  })
}

type Times = Map<number, { seen_at: Date | null; batch_id: number | null }>

/** As of when what was loaded speaks of each host: its collection, else its newest row; null when neither bears a time. */
function timesOfHosts({ told }: Found, ids: Map<string, number>, freshness: Freshness[]): Times {
  const times: Times = new Map()
  for (const { host_id, last_row_at, batch_ids } of freshness) {
    const before = times.get(host_id)?.seen_at ?? null
    const at = last_row_at === null ? null : new Date(`${last_row_at.replace(' ', 'T')}Z`)
    const seen_at = before === null || (at !== null && at > before) ? at : before
    times.set(host_id, { seen_at, batch_id: batch_ids[0] ?? null })
  }
  for (const about of [...told.values()].flatMap(({ abouts }) => abouts)) {
    const known = times.get(ids.get(keyOf(about)) ?? 0)
    if (known) known.seen_at = soAt(about) ?? known.seen_at
  }
  return times
}

/** The names of hosts that have rows now. */
const namesOf = (seen: SeenHost[], ids: Map<string, number>, times: Times): NameSighting[] =>
  seen.flatMap(({ key, client_id, hostname }) => {
    const host_id = ids.get(key)
    const when = host_id === undefined ? undefined : times.get(host_id)
    return host_id === undefined || !when ? [] : [{ host_id, client_id, hostname, ...when }]
  })

/** Every member of every delivery, in order, in blocks of lines that count through their delivery. */
async function* blocksOf(ctx: JobCtx, batches: Loading[], found: Found): AsyncGenerator<Block> {
  for (const batch of batches) {
    let opened: Opened | null = null
    try {
      opened = await open(ctx, batch)
      found.formats.set(batch.id, opened.format)
      yield* linesOf(batch, opened)
      if (opened.told) found.told.set(batch.id, opened.told)
    } catch (error) {
      throw hopeless(error, batch) ?? error
    } finally {
      await opened?.close()
    }
  }
}

async function* linesOf(batch: Loading, { members }: Opened): AsyncGenerator<Block> {
  let before = 0
  for await (const member of members) {
    const identity = member.identity === 'position' ? bodyOf(batch) : ''
    const facts = { ...member.facts, batch: batch.id, identity }
    let last = 0
    for await (const lines of member.format(member.bytes())) {
      last = Math.max(last, lines.at(-1)!.line)
      if (before > 0) for (const framed of lines) framed.line += before
      yield { member: facts, lines }
    }
    before += last
  }
}

/** What names a body whose rows are named by their place: its bytes, and which copy of them it is. */
const bodyOf = ({ sha256, copy }: Loading) => (copy > 1 ? `${sha256}:${copy}` : sha256)

function hopeless(error: unknown, batch: Loading): Hopeless | null {
  if (error instanceof Hopeless) return new Hopeless(error.message, batch.id)
  if (error instanceof Unreadable || error instanceof Unnamed) return new Hopeless(error.message, batch.id, error)
  if ((error as { code?: string }).code === 'ENOENT') return new Hopeless('Its file is gone from the spool.', batch.id)
  return null
}

type Progress = (share: number, stored: number) => Promise<unknown>

type Storing = { id: number; batches: number[]; times: TimesSql }

async function storeAll(ctx: JobCtx, { id, batches, times }: Storing, progress: Progress) {
  const chunks = await stagedChunks(ctx.rows, id)
  let done = 0
  let stored = 0
  let leftOut = false
  await progress(0, 0)
  await sideBySide(ctx, chunks, async ({ chunk, lines }) => {
    ctx.signal.throwIfAborted()
    await storeChunk(ctx.rows, id, chunk, { careful: false, times }).catch((error: unknown) => {
      if (error instanceof AppError) throw error
      leftOut = true
      return storeChunk(ctx.rows, id, chunk, { careful: true, times })
    })
    done += 1
    stored += lines
    await progress(done / chunks.length, stored)
  })
  if (leftOut) await quarantineLeftOut(ctx.rows, id, batches)
}

/** Works through `items`, as many at a time as there are cores to use. On a failure the rest is left and what runs is awaited. */
async function sideBySide<T>(
  { tenantId }: JobCtx,
  items: AsyncIterable<T> | Iterable<T>,
  work: (item: T) => Promise<void>,
) {
  const running = new Set<Promise<void>>()
  let failed: { error: unknown } | null = null
  for await (const item of items) {
    const task: Promise<void> = work(item)
      .catch((error: unknown) => {
        failed ??= { error }
      })
      .finally(() => running.delete(task))
    running.add(task)
    while (running.size >= (company.around(tenantId) ? 1 : AT_ONCE)) await Promise.race(running)
    if (failed) break
  }
  await Promise.all(running)
  if (failed) throw (failed as { error: unknown }).error
}
