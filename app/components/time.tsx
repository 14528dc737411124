import { Fragment } from 'react'
import { age, fullTime } from '#app/lib/format.ts'
import { hoverOf } from '#app/lib/time-hover.ts'
import type { Times } from '#app/lib/times.ts'
import { useNow, useTimes } from '#app/lib/viewer.ts'
import type { TimeSource } from '#server/modules/columns/schema.ts'

type Moment = { at: Date | null; never?: string }
/** Where a time of a row stands in it, if that is known: its hover says so. */
type Sourced = { source?: TimeSource | null | undefined }

/** A moment in a table whose head names the zone; the full time in UTC is in its title. */
export const Time = (moment: Moment) => <Short {...moment} as="table" />

/** The same in a line, where no head names the zone. */
export const TimeSaid = (moment: Moment) => <Short {...moment} as="said" />

function Short({ at, never = 'unknown', as }: Moment & { as: 'table' | 'said' }) {
  const [now, times] = [useNow(), useTimes()]
  if (!at) return <span className="muted">{never}</span>
  return (
    <time dateTime={at.toISOString()} title={fullTime(at)} className={classIn(times)}>
      {times[as](at, now)}
    </time>
  )
}

/** When an event was, to the second, whatever the year: what a hunter compares. */
export function EventTime({ at, never = 'undated', source }: Moment & Sourced) {
  const times = useTimes()
  if (!at) return <span className="muted">{never}</span>
  return (
    <time dateTime={at.toISOString()} title={hoverOf(at, source)} className={classIn(times)}>
      {times.zone === 'UTC' ? times.event(at) : <TwoParts text={times.event(at)} />}
    </time>
  )
}

/** Day and clock, which may stand below one another and are never broken themselves. */
function TwoParts({ text }: { text: string }) {
  const [day, clock] = text.split(' ')
  return (
    <>
      <span className="nw">{day}</span> <span className="nw">{clock}</span>
    </>
  )
}

/** When an event was, under the heading of its day. */
export function EventClock({ at, source }: { at: Date } & Sourced) {
  const times = useTimes()
  return (
    <time dateTime={at.toISOString()} title={hoverOf(at, source)} className={classIn(times)}>
      {times.eventClock(at)}
    </time>
  )
}

/** How long ago, where the age is the point. */
export function Age({ at, never = 'never' }: Moment) {
  const [now, times] = [useNow(), useTimes()]
  if (!at) return <span className="muted">{never}</span>
  return (
    <time dateTime={at.toISOString()} title={times.both(({ full }) => full(at))}>
      {age(at, now)}
    </time>
  )
}

/** A moment in a sentence, with its zone. */
export const FullTime = (moment: { at: Date } & Sourced) => <Zonal {...moment} as="full" />

/** The same with the milliseconds where there are any. */
export const ExactTime = (moment: { at: Date } & Sourced) => <Zonal {...moment} as="exact" />

function Zonal({ at, as, source }: { at: Date; as: 'full' | 'exact' } & Sourced) {
  const times = useTimes()
  return (
    <time dateTime={at.toISOString()} title={source ? hoverOf(at, source) : times.utc(at)}>
      {times[as](at)}
    </time>
  )
}

/** The head over moments: what they are, and in which zone. */
export function Zoned({ children }: { children: string }) {
  const times = useTimes()
  if (times.zone === 'UTC') return `${children} (UTC)`
  return (
    <span className={classIn(times)}>
      {`${children} (`}
      {times.zone.split('/').map((part, at) => (
        <Fragment key={part}>
          {at > 0 && '/'}
          <wbr />
          {part}
        </Fragment>
      ))}
      )
    </span>
  )
}

// What says its zone may take a second line in a narrow column.
const classIn = ({ zone }: Times) => (zone === 'UTC' ? undefined : 'zoned')
