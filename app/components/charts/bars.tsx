import { scaleBand, scaleLinear } from 'd3-scale'
import { number, pct, shortNumber } from '#app/lib/format.ts'

export type DayCount = { day: string; rows: number }

const TOP = 8
const BASE = 80
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Rows per day: x in percent, y in pixels, drawn by the server. The same numbers stand in a table beside it. */
export function DayBars({ days }: { days: DayCount[] }) {
  const most = Math.max(...days.map(({ rows }) => rows), 0)
  const y = scaleLinear()
    .domain([0, most || 1])
    .nice(2)
    .range([BASE, TOP])
  const x = scaleBand()
    .domain(days.map(({ day }) => day))
    .range([0, 100])
    .paddingInner(0.2)
  const ticks = most === 0 ? [] : y.ticks(2).filter((tick) => tick > 0 && Number.isInteger(tick))
  return (
    <div className="axed">
      <svg className="plot ticks" aria-hidden="true">
        {ticks.map((tick) => (
          <text key={tick} x="100%" dx="-8" y={y(tick) + 4} textAnchor="end">
            {shortNumber(tick)}
          </text>
        ))}
      </svg>
      <svg className="plot days" role="img" aria-label={conclusion(days)}>
        {ticks.map((tick) => (
          <line key={tick} className="gr" x1="0" x2="100%" y1={y(tick)} y2={y(tick)} />
        ))}
        {days
          .filter(({ rows }) => rows > 0)
          .map(({ day, rows }) => {
            const top = Math.min(y(rows), BASE - 2)
            return (
              <rect key={day} className="b1" x={pct(x(day)!)} width={pct(x.bandwidth())} y={top} height={BASE - top}>
                <title>{`${dayName(day)}: ${number(rows)} rows`}</title>
              </rect>
            )
          })}
        <line className="ax" x1="0" x2="100%" y1={BASE} y2={BASE} />
        {labelled(days).map(({ day, anchor }) => (
          <text
            key={day}
            y="93"
            textAnchor={anchor}
            x={pct(x(day)! + { start: 0, middle: x.bandwidth() / 2, end: x.bandwidth() }[anchor])}
          >
            {dayName(day)}
          </text>
        ))}
        {most === 0 && (
          <text x="50%" y="46" textAnchor="middle">
            No rows in these {days.length} days
          </text>
        )}
      </svg>
    </div>
  )
}

/** "5 Feb", from 2026-02-05 */
export function dayName(day: string): string {
  const [, month, date] = day.split('-').map(Number)
  return `${date} ${MONTHS[month! - 1]}`
}

/** First, middle and last: enough to read a month by, and they fit on a phone. */
function labelled(days: DayCount[]): { day: string; anchor: 'start' | 'middle' | 'end' }[] {
  if (days.length < 3) return []
  const anchors = ['start', 'middle', 'end'] as const
  return [0, Math.floor(days.length / 2), days.length - 1].map((at, nth) => ({
    day: days[at]!.day,
    anchor: anchors[nth]!,
  }))
}

function conclusion(days: DayCount[]): string {
  const total = days.reduce((sum, { rows }) => sum + rows, 0)
  if (total === 0) return `No rows in ${days.length} days.`
  const top = days.reduce((most, one) => (one.rows > most.rows ? one : most))
  return `Rows stored per day, ${days.length} days: ${number(total)} in all, most on ${dayName(top.day)} with ${number(top.rows)}.`
}
