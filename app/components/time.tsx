import { age, eventTime, fullTime, tableTime } from '#app/lib/format.ts'
import { useNow } from '#app/lib/viewer.ts'

type Moment = { at: Date | null; never?: string }

/** A moment in a table whose head names the zone; the full time is in its title. */
export function Time({ at, never = 'unknown' }: Moment) {
  const now = useNow()
  if (!at) return <span className="muted">{never}</span>
  return (
    <time dateTime={at.toISOString()} title={fullTime(at)}>
      {tableTime(at, now)}
    </time>
  )
}

/** When an event was, to the second, whatever the year: what a hunter compares. */
export function EventTime({ at, never = 'undated' }: Moment) {
  if (!at) return <span className="muted">{never}</span>
  return (
    <time dateTime={at.toISOString()} title={at.toISOString()}>
      {eventTime(at)}
    </time>
  )
}

/** How long ago, where the age is the point. */
export function Age({ at, never = 'never' }: Moment) {
  const now = useNow()
  if (!at) return <span className="muted">{never}</span>
  return (
    <time dateTime={at.toISOString()} title={fullTime(at)}>
      {age(at, now)}
    </time>
  )
}

/** A moment in a sentence, with its zone. */
export const FullTime = ({ at }: { at: Date }) => <time dateTime={at.toISOString()}>{fullTime(at)}</time>
