import { duration } from '#app/lib/format.ts'
import { Notice } from './notice.tsx'
import { Age } from './time.tsx'

type Pressure = { cause: 'disk' | 'backlog' | 'stalled' | 'full'; own: boolean; since: Date; retryAfter: number }

/** Why deliveries are refused now, since when, and what to do about it. Nothing while they are welcome. */
export function IntakeNotice({ pressure, tenant }: { pressure: Pressure | null; tenant: string }) {
  if (!pressure) return null
  const { cause, own, since, retryAfter } = pressure
  return (
    <Notice kind="warn" role="status">
      <b>New deliveries {own && `of ${tenant} `}are refused for now:</b> {WHY[cause]} Since <Age at={since} />
      {'. '}
      {WHAT[cause](`about ${duration(retryAfter * 1000)}`)} Nothing that was accepted is lost, and search works as ever.
    </Notice>
  )
}

const WHY = {
  disk: 'the disk is nearly full.',
  backlog: 'more has arrived than could be loaded yet.',
  stalled: 'the oldest of them has waited too long to be loaded.',
  full: 'more is being sent at once than can be taken in.',
}

const WHAT: Record<Pressure['cause'], (when: string) => string> = {
  disk: () => 'Whoever runs the server frees space, or keeps rows for a shorter time; then it goes on by itself.',
  backlog: (when) =>
    `What waits is being loaded; there should be room again in ${when}, and senders come back by themselves.`,
  stalled: () => 'Whoever runs the server finds the reason in its log.',
  full: (when) => `Senders that come back in ${when} should be let in.`,
}
