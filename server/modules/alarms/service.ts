import type { z } from 'zod'
import type { Drift } from '#server/modules/pulse/schema.ts'
import type { Slice } from '#server/platform/input.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { alarmPage, alarmsById, type StoredAlarm, settleAlarm, standingAlarms } from './queries.ts'
import type { AlarmId, AlarmList } from './schema.ts'

/** Alarms of a page, each with its sentence. */
export async function listAlarms(ctx: Ctx, input: z.output<typeof AlarmList>) {
  const page = await alarmPage(ctx, input)
  return { ...page, rows: page.rows.map(told) }
}

/** Alarms that stand, the open ones first, for the pages that show a few. */
export const standing = async (ctx: Ctx, limit = 5) => (await standingAlarms(ctx, limit)).map(told)

/** Alarms by id, for the REST bridge. */
export const sliceOfAlarms = async (ctx: Ctx, slice: z.output<typeof Slice>) => (await alarmsById(ctx, slice)).map(told)

/** Says that an alarm was seen. */
export const acknowledge = async (ctx: Ctx, { id }: z.output<typeof AlarmId>) =>
  told(await settleAlarm(ctx, id, 'acknowledged'))

/** Says that an alarm is over. It opens again when it recurs. */
export const close = async (ctx: Ctx, { id }: z.output<typeof AlarmId>) => told(await settleAlarm(ctx, id, 'closed'))

export type Alarm = ReturnType<typeof told>

const told = ({ detail, ...alarm }: StoredAlarm) => ({ ...alarm, says: sentence({ ...alarm, detail }) })

type Detail = Partial<Drift> & { silent_after_minutes?: number; expected?: boolean; error?: string; failed?: number }

function sentence({ kind, detail }: Pick<StoredAlarm, 'kind' | 'detail'>): string {
  const { added = [], gone = [], changed = [], ...said } = detail as Detail
  if (kind === 'silence') {
    const limit = spanOf(said.silent_after_minutes ?? 0)
    return said.expected
      ? `Nothing for more than the ${limit} it was to keep to.`
      : `Nothing for more than ${limit}, twice its usual pause.`
  }
  if (kind === 'failure')
    return `${(said.failed ?? 1) > 1 ? `${said.failed} deliveries failed. The last: ` : ''}${said.error ?? ''}`
  return [
    added.length > 0 ? `New: ${listed(added)}.` : '',
    gone.length > 0 ? `Gone: ${listed(gone)}.` : '',
    changed.length > 0 ? `Changed: ${listed(changed.map(({ name, from, to }) => `${name} was ${from.join(' or ')}, is ${to.join(' or ')}`))}.` : '',
  ].filter(Boolean).join(' ') // biome-ignore format: three parts
}

const listed = (names: string[], most = 12) =>
  names.length > most ? `${names.slice(0, most).join(', ')} and ${names.length - most} more` : names.join(', ')

const spanOf = (minutes: number) =>
  minutes < 120
    ? `${minutes} minutes`
    : minutes < 2880
      ? `${Math.round(minutes / 60)} hours`
      : `${Math.round(minutes / 1440)} days`
