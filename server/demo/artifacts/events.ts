import { COLLECTED_AT, DAY, type Machine } from '../fleet.ts'
import { type Random, randomFor } from '../random.ts'
import { type Row, timeText } from '../row.ts'
import type { Draft } from './event-drafts.ts'
import { makerFor } from './everyday-events.ts'
import { intruderEvents } from './intruder-events.ts'

/** The `count` newest events of a machine's logs, in their order. What the intruder caused is among them. */
export function evtxHunter(machine: Machine, count: number): Row[] {
  const random = randomFor('events', machine.hostname)
  const caused = intruderEvents(machine)
  const drafts: Draft[] = Array.from({ length: Math.max(0, count - caused.length) }, () => ({
    at: aMoment(random),
    ...makerFor(random)(machine, random),
  }))
  return [...drafts, ...caused].sort((a, b) => a.at - b.at).map((draft, n) => eventRow(machine, draft, 410_000 + n))
}

/** Within the two weeks before the hunt, mostly in working hours. */
function aMoment(random: Random): number {
  const midnight = COLLECTED_AT - 9 * 3_600_000 - random.int(0, 13) * DAY
  const at = midnight + (random.chance(0.7) ? random.int(DAY / 4, DAY * 0.75) : random.int(0, DAY - 1))
  return at < COLLECTED_AT ? at : at - random.int(1, 13) * DAY
}

function eventRow(
  { fqdn }: Machine,
  { at, channel, id, provider, sid, user, data, message }: Draft,
  record: number,
): Row {
  return {
    EventTime: timeText(at),
    Computer: fqdn,
    Channel: channel,
    Provider: provider,
    EventID: id,
    EventRecordID: record,
    UserSID: sid,
    Username: user,
    EventData: data,
    UserData: null,
    Message: message,
    OSPath: `C:\\Windows\\System32\\winevt\\Logs\\${channel}.evtx`,
  }
}
