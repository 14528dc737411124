import type { ReactNode } from 'react'
import { useMayWrite } from '#app/lib/viewer.ts'
import { Link } from './link.tsx'
import { PostForm } from './post-form.tsx'
import { Age, TimeSaid } from './time.tsx'
import { Value } from './value.tsx'

export type Alarm = {
  id: number
  kind: 'silence' | 'drift' | 'failure'
  state: 'open' | 'acknowledged' | 'closed'
  says: string
  source_id: number | null
  source_name: string | null
  artifact: string | null
  batch_id: number | null
  times: number
  opened_at: Date
  last_at: Date
  acknowledged_at: Date | null
  acknowledged_by_name: string | null
  closed_at: Date | null
  closed_by_name: string | null
}

const SHAPES: Record<Alarm['state'], { className: string; shape: ReactNode }> = {
  open: {
    className: 'v v-bad',
    shape: <path d="M7 1.5 13 12.5H1zM7 5.5v3.25M7 10.25v.75" fill="none" stroke="currentColor" strokeWidth="1.25" />,
  },
  acknowledged: {
    className: 'v v-open',
    shape: <path d="M7 1.5 13 12.5H1z" fill="none" stroke="currentColor" strokeWidth="1.25" />,
  },
  closed: {
    className: 'v v-quiet',
    shape: <path d="m2.5 7.5 3 3 6-7" fill="none" stroke="currentColor" strokeWidth="1.25" />,
  },
}

/** An alarm's state in a margin: outlined, because filled shapes are verdicts. */
export const AlarmMark = ({ state }: { state: Alarm['state'] }) => (
  <svg className={SHAPES[state].className} viewBox="0 0 14 14" role="img" aria-label={state}>
    <title>{state}</title>
    {SHAPES[state].shape}
  </svg>
)

const WORDS = { silence: 'is silent', drift: 'has other columns', failure: 'failed to load' } as const

/** What an alarm is about and what happened: "velo-oslo is silent". */
export function AlarmTitle({ alarm: { kind, artifact, source_id, source_name } }: { alarm: Alarm }) {
  const to =
    kind === 'drift'
      ? `/rows?artifact=${encodeURIComponent(artifact ?? '')}`
      : `/deliveries?${source(source_id)}${kind === 'failure' ? 'state=failed' : ''}`
  const about = artifact ?? source_name
  return (
    <Link className="lead" to={to}>
      {about ? <Value text={about} path={false} /> : 'Uploads'} {WORDS[kind]}
    </Link>
  )
}

const source = (id: number | null) => (id === null ? '' : `sourceId=${id}&`)

/** Who did what with it, in words. */
export function AlarmFate({ alarm }: { alarm: Alarm }) {
  if (alarm.state === 'closed')
    return (
      <>
        closed{' '}
        {alarm.closed_by_name ? (
          <>
            by <Value text={alarm.closed_by_name} />
          </>
        ) : (
          'by itself'
        )}
        , <TimeSaid at={alarm.closed_at} />
      </>
    )
  if (alarm.state === 'acknowledged')
    return (
      <>
        seen by <Value text={alarm.acknowledged_by_name ?? 'somebody'} />, <TimeSaid at={alarm.acknowledged_at} />
      </>
    )
  return <>open since <TimeSaid at={alarm.opened_at} /></> // biome-ignore format: one line
}

/** The verbs a person has for it. */
export function AlarmActs({ alarm }: { alarm: Alarm }) {
  const mayWrite = useMayWrite()
  if (!mayWrite || alarm.state === 'closed') return null
  return (
    <PostForm action="/alarms" className="acts" preventScrollReset>
      <input type="hidden" name="id" value={alarm.id} />
      {alarm.state === 'open' && (
        <button type="submit" name="intent" value="acknowledge" className="btn">
          Acknowledge
        </button>
      )}
      <button type="submit" name="intent" value="close" className="btn quiet">
        Close
      </button>
    </PostForm>
  )
}

/** Alarms that stand, one line each, for pages that are about something else. */
export const AlarmLines = ({ alarms }: { alarms: Alarm[] }) => (
  <ul className="lines" aria-label="Alarms">
    {alarms.map((alarm) => (
      <li key={alarm.id} className="grid grid-cols-[1rem_minmax(0,1fr)_auto] gap-x-2 items-baseline">
        <AlarmMark state={alarm.state} />
        <span className="min-w-0">
          <AlarmTitle alarm={alarm} />
          <span className="block label">{alarm.says}</span>
        </span>
        <span className="label">
          <Age at={alarm.last_at} />
        </span>
      </li>
    ))}
  </ul>
)
