import { dayName } from './bars.tsx'

type Days = { until: string; weeks: number; days: { day: string; hosts: number }[] }

const DAY_MS = 86_400_000
const CELL = 13
const STEP = 15
const LEFT = 28
const TOP = 18
const STEPS = [0, 1, 2, 4, 6] as const
export const HEAT = ['0', '1', '2', '3–4', '5–6', '7 or more']

/** Which of six steps a number of hosts is. */
const heat = (hosts: number) => STEPS.filter((most) => hosts > most).length

/** Hosts per day as weeks by weekdays, Monday first, UTC. The same numbers stand in a table beside it. */
export function HostCalendar({ calendar: { until, weeks, days } }: { calendar: Days }) {
  const last = Date.parse(`${until}T00:00:00Z`)
  const weekday = (new Date(last).getUTCDay() + 6) % 7
  const first = last - ((weeks - 1) * 7 + weekday) * DAY_MS
  const counts = new Map(days.map(({ day, hosts }) => [day, hosts]))
  const cells = Array.from({ length: (weeks - 1) * 7 + weekday + 1 }, (_, at) => {
    const day = new Date(first + at * DAY_MS).toISOString().slice(0, 10)
    return { day, hosts: counts.get(day) ?? 0, x: LEFT + Math.floor(at / 7) * STEP, y: TOP + (at % 7) * STEP }
  })
  return (
    <svg className="cal" width={LEFT + weeks * STEP} height={TOP + 7 * STEP} role="img" aria-label={conclusion(days)}>
      {cells.map(({ day, hosts, x, y }) => (
        <rect key={day} className={`h${heat(hosts)}`} x={x} y={y} width={CELL} height={CELL}>
          <title>{`${dayName(day)} ${day.slice(0, 4)}: ${hosts} ${hosts === 1 ? 'host' : 'hosts'}`}</title>
        </rect>
      ))}
      {cells
        .filter(({ day }) => day.endsWith('-01'))
        .map(({ day, x }) => (
          <text key={day} x={x} y="10">
            {dayName(day).split(' ')[1]}
          </text>
        ))}
      {['Mon', 'Wed', 'Fri'].map((name, at) => (
        <text key={name} x="0" y={TOP + at * 2 * STEP + 10}>
          {name}
        </text>
      ))}
    </svg>
  )
}

function conclusion(days: Days['days']): string {
  if (days.length === 0) return 'No dated sighting in these weeks.'
  const top = days.reduce((most, one) => (one.hosts > most.hosts ? one : most))
  return `Hosts per day: sightings begin or end on ${days.length} ${days.length === 1 ? 'day' : 'days'}, most on ${dayName(top.day)} with ${top.hosts}.`
}
