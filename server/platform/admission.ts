import { now } from './clock.ts'
import { AppError } from './errors.ts'
import { type Admitted, type Cause, openFlight, type Refusal, type Verdict } from './flight.ts'
import { openPace } from './pace.ts'

export type { Admitted, Cause, Refusal } from './flight.ts'

/** What may be on its way at once: bytes held in memory, bytes waiting in the spool, and how long those may wait. */
export type AdmissionLimits = {
  tenantBytes: number
  allBytes: number
  tenantBacklogBytes: number
  allBacklogBytes: number
  backlogMinutes: number
}

/** A tenant's deliveries that are kept but not yet loaded. `arrived` counts those with an id above the one asked after. */
export type Backlog = { tenantId: number; bytes: number; since: Date; arrived: number; newest: number }

/** How admission learns what waits in the spool and whether the disk has room. */
export type Signals = { backlog: (afterId: number) => Promise<Backlog[]>; roomOnDisk: () => Promise<boolean> }

type Asked = { tenantId: number; expectedBytes: number | null }
/** Why a tenant is being refused, for the people who wonder. */
export type Pressure = { cause: Cause; own: boolean; reason: string; since: Date; retryAfter: number }
export type Figures = { inFlight: number; backlog: number; oldestSeconds: number; refused: Record<Cause, number> }

export type Admission = ReturnType<typeof openAdmission>

// What one delivery holds in memory at a time, however long it is: what a socket and a form gather before the spool has
// written its block. So a large upload takes part of the budget and not all of it.
const HELD_BYTES = 2 * 1024 * 1024
const LEAST_BYTES = 64 * 1024
const LOOK_MS = 1_000
const FRESH_MS = 30_000
const SHOWN_MS = 60_000
const FIRST_GUESS = 10 * 1024 * 1024
const SLOWEST = 64 * 1024

/**
 * Decides from memory alone, in microseconds, whether a delivery may begin. Bytes in flight are bounded per tenant and in
 * all; a backlog in one tenant refuses that tenant only. Signals are read in the background, at most once a second.
 */
export function openAdmission(limits: AdmissionLimits, signals: Signals) {
  const refused: Record<Cause, number> = { disk: 0, backlog: 0, stalled: 0, full: 0 }
  const spells = openSpells()
  const spool = watchSpool(signals)
  const flight = openFlight(limits)
  const pace = openPace()
  const standing = (tenantId: number) => standingVerdict(spool.read(), tenantId, limits)
  const refuse = (tenantId: number, verdict: Verdict): Refusal => {
    refused[verdict.cause] += 1
    spells.note(verdict.own ? tenantId : 0, verdict)
    return refusalFrom(verdict)
  }

  const most = Math.min(HELD_BYTES, limits.tenantBytes, limits.allBytes)
  const heldAtFirst = (expectedBytes: number | null) => Math.min(most, Math.max(LEAST_BYTES, expectedBytes ?? 0))

  return {
    /** Whether a body of `expectedBytes` may come in now; null when its length is not known. */
    admit({ tenantId, expectedBytes }: Asked): Admitted | Refusal {
      const verdict = standing(tenantId) ?? flight.crowded(tenantId, heldAtFirst(expectedBytes))
      if (verdict) return refuse(tenantId, verdict)
      pace.note(tenantId)
      return {
        ...flight.place(tenantId, heldAtFirst(expectedBytes), most, (verdict) => refuse(tenantId, verdict)),
        ease: (bytes) => pace.ease(tenantId, bytes, spool.read().backlog.get(tenantId)?.bytes ?? 0),
      }
    },

    /** Notes that somebody reads pages: what would only wait is taken in more slowly then. */
    noteReader: pace.noteReader,

    /** Why deliveries of this tenant are refused now, or were within the last minute; null when they are welcome. */
    pressure(tenantId: number): Pressure | null {
      const verdict = standing(tenantId)
      if (!verdict) return spells.read(tenantId) ?? spells.read(0)
      spells.note(verdict.own ? tenantId : 0, verdict)
      return spells.read(verdict.own ? tenantId : 0)
    },

    figures: (): Figures => ({ inFlight: flight.total(), ...spool.figures(), refused: { ...refused } }),
  }
}

/** The refusal as an expected failure, for doors that throw those. */
export const refusalError = ({ status, reason, retryAfter }: Refusal) =>
  new AppError(status === 429 ? 'rate_limited' : 'unavailable', reason, {}, retryAfter)

/** The same bytes, counted against `place` as they come, and no faster than it bears. Throws refusalError when there is no room for them. */
export async function* counted(bytes: AsyncIterable<Buffer>, place: Admitted): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    const refusal = place.grow(chunk.length)
    if (refusal) throw refusalError(refusal)
    await place.ease(chunk.length)
    yield chunk
  }
}

/** A refusal in words and seconds: 1 to 120, spread by a fifth, so that those refused together do not return together. */
function refusalFrom({ cause, own, seconds, reason }: Verdict): Refusal {
  const spread = seconds * (0.8 + 0.4 * Math.random())
  const retryAfter = Math.min(120, Math.max(1, Math.round(spread)))
  const status = own && cause !== 'stalled' ? 429 : 503
  return { admitted: false, status, retryAfter, cause, reason: `${reason} Nothing was kept; send it again.` }
}

type SpoolState = { backlog: Map<number, Backlog>; bytes: number; room: boolean; rate: number }

/** What the spool alone says against more deliveries. */
function standingVerdict(state: SpoolState, tenantId: number, limits: AdmissionLimits): Verdict | null {
  const { backlog, bytes, room, rate } = state
  if (!room) return { cause: 'disk', own: false, seconds: 60, reason: 'The disk is nearly full.' }
  const own = backlog.get(tenantId)
  if (own && own.bytes >= limits.tenantBacklogBytes) {
    const reason = 'Deliveries of this tenant arrive faster than they can be loaded.'
    return { cause: 'backlog', own: true, seconds: (own.bytes - limits.tenantBacklogBytes) / rate, reason }
  }
  if (own && now().getTime() - own.since.getTime() > limits.backlogMinutes * 60_000) {
    const reason = `A delivery of this tenant has waited for more than ${limits.backlogMinutes} minutes to be loaded.`
    return { cause: 'stalled', own: true, seconds: 60, reason }
  }
  if (bytes < limits.allBacklogBytes) return null
  const reason = 'Deliveries arrive faster than they can be loaded.'
  return { cause: 'backlog', own: false, seconds: (bytes - limits.allBacklogBytes) / rate, reason }
}

/** Keeps an eye on the spool: asked at most once a second, and only while somebody wants to know. */
function watchSpool(signals: Signals) {
  let state: SpoolState = { backlog: new Map(), bytes: 0, room: true, rate: FIRST_GUESS }
  let newest = 0
  let lookedAt = 0
  let looking = false

  const look = async () => {
    looking = true
    const since = lookedAt
    lookedAt = Date.now()
    const room = signals.roomOnDisk().catch(() => state.room)
    const found = await signals.backlog(newest).catch(() => null)
    state = { ...state, room: await room }
    looking = false
    if (!found) return
    const sum = (of: (one: Backlog) => number) => found.reduce((all, one) => all + of(one), 0)
    const bytes = sum((one) => one.bytes)
    const seconds = (lookedAt - since) / 1_000
    // What was there, and what came, but is no longer waiting: that is what was loaded meanwhile.
    const loaded = state.bytes + (newest ? sum((one) => one.arrived) : 0) - bytes
    const rate =
      state.bytes > 0 && lookedAt - since < FRESH_MS
        ? 0.8 * state.rate + 0.2 * (Math.max(0, loaded) / seconds)
        : state.rate
    newest = found.reduce((most, one) => Math.max(most, one.newest), newest)
    state = {
      ...state,
      bytes,
      rate: Math.max(SLOWEST, rate),
      backlog: new Map(found.map((one) => [one.tenantId, one])),
    }
  }
  const read = () => {
    if (!looking && Date.now() - lookedAt > LOOK_MS) void look()
    return state
  }
  const figures = () => {
    const { bytes, backlog } = read()
    const oldest = Math.min(Date.now(), ...[...backlog.values()].map(({ since }) => since.getTime()))
    return { backlog: bytes, oldestSeconds: (Date.now() - oldest) / 1_000 }
  }
  return { read, figures }
}

/** Remembers since when each tenant (0: everybody) has been refused, until a minute has passed without. */
function openSpells() {
  const spells = new Map<number, { since: number; last: number; verdict: Verdict }>()
  const current = (key: number) => {
    const spell = spells.get(key)
    if (spell && Date.now() - spell.last > SHOWN_MS) spells.delete(key)
    return spells.get(key)
  }
  return {
    note: (key: number, verdict: Verdict) => {
      spells.set(key, { since: current(key)?.since ?? Date.now(), last: Date.now(), verdict })
    },
    read: (key: number): Pressure | null => {
      const spell = current(key)
      if (!spell) return null
      const { cause, own, reason, seconds } = spell.verdict
      return {
        cause,
        own,
        reason,
        since: new Date(spell.since),
        retryAfter: Math.min(120, Math.max(1, Math.round(seconds))),
      }
    },
  }
}
