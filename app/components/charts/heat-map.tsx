import { counted, day, number } from '#app/lib/format.ts'
import { Link } from '../link.tsx'
import { AsTable } from './as-table.tsx'

export type HourCount = { at: Date; n: number }
type HeatMap = {
  /** Midnight of the first of the 28 days. */
  from: Date
  hours: HourCount[]
  /** The address of a stretch of time. */
  open: (stretch: { from: Date; to: Date }) => string
}

const DAYS = 28
const CELL = 8
const STEPS = 5
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** Hour by day over four weeks: each cell that holds events in one of five steps of heat, by logarithm, and a link to them. */
export function HeatMap({ from, hours, open }: HeatMap) {
  const most = Math.max(...hours.map(({ n }) => n), 1)
  const width = 100 / DAYS
  const days = daysOf(from, hours)
  return (
    <figure className="heat">
      <figcaption className="sr-only">{conclusion(days)}</figcaption>
      <div className="axed">
        <svg className="plot ticks" height={24 * CELL} aria-hidden="true">
          {[0, 6, 12, 18].map((hour) => (
            <text key={hour} x="100%" dx="-8" y={hour * CELL + 10} textAnchor="end">
              {String(hour).padStart(2, '0')}:00
            </text>
          ))}
        </svg>
        <svg className="plot" height={24 * CELL} aria-hidden="true">
          <rect className="h0" x="0" width="100%" y="0" height={24 * CELL} />
          {hours.map(({ at, n }) => {
            const since = at.getTime() - from.getTime()
            const step = Math.max(1, Math.ceil((Math.log1p(n) / Math.log1p(most)) * STEPS))
            return (
              <a key={at.getTime()} href={open({ from: at, to: new Date(at.getTime() + HOUR_MS) })} tabIndex={-1}>
                <title>{`${day(at)}, ${at.toISOString().slice(11, 16)} UTC: ${counted(n, 'event')}`}</title>
                <rect
                  className={`h${step}`}
                  x={`${(Math.floor(since / DAY_MS) * width).toFixed(3)}%`}
                  width={`${(width * 0.92).toFixed(3)}%`}
                  y={at.getUTCHours() * CELL}
                  height={CELL - 1}
                />
              </a>
            )
          })}
        </svg>
        <span />
        <div className="ends">
          <span>{day(from)}</span>
          <span>{day(new Date(from.getTime() + (DAYS - 1) * DAY_MS))}</span>
        </div>
      </div>
      <Days days={days} open={open} />
    </figure>
  )
}

type Day = { at: Date; n: number }

function daysOf(from: Date, hours: HourCount[]): Day[] {
  const sums = Array.from({ length: DAYS }, (_, at) => ({ at: new Date(from.getTime() + at * DAY_MS), n: 0 }))
  for (const { at, n } of hours) sums[Math.floor((at.getTime() - from.getTime()) / DAY_MS)]!.n += n
  return sums
}

const Days = ({ days, open }: { days: Day[]; open: HeatMap['open'] }) => (
  <AsTable caption="Events per day" columns={['Day (UTC)', 'Events']} numbers={1}>
    {days
      .filter(({ n }) => n > 0)
      .toReversed()
      .map(({ at, n }) => (
        <tr key={at.getTime()}>
          <td>{day(at)}</td>
          <td className="r">
            <Link className="num" to={open({ from: at, to: new Date(at.getTime() + DAY_MS) })}>
              {number(n)}
            </Link>
          </td>
        </tr>
      ))}
  </AsTable>
)

function conclusion(days: Day[]): string {
  const total = days.reduce((sum, { n }) => sum + n, 0)
  const top = days.reduce((most, one) => (one.n > most.n ? one : most))
  return `${counted(total, 'event')} in four weeks, most on ${day(top.at)}: ${number(top.n)}.`
}
