import { counted, number, pct } from '#app/lib/format.ts'
import { type DayCount, dayName } from './bars.tsx'

const HEIGHT = 18
const LEAST = 2

/** Rows per day, small: bars from zero to the fullest day, a day without rows as its baseline alone. */
export function Sparkline({ days, name }: { days: DayCount[]; name: string }) {
  const most = Math.max(...days.map(({ rows }) => rows), 1)
  const width = 100 / days.length
  return (
    <svg className="plot spark" role="img" aria-label={`${name}: ${conclusion(days)}`}>
      {days.map(({ day, rows }, at) => {
        const height = rows === 0 ? 0 : Math.max(LEAST, (rows / most) * (HEIGHT - 1))
        return (
          <rect
            key={day}
            className="b1"
            x={pct(at * width)}
            width={pct(width * 0.8)}
            y={HEIGHT - 1 - height}
            height={height}
          >
            <title>{`${dayName(day)}: ${number(rows)} rows`}</title>
          </rect>
        )
      })}
      <line className="gr" x1="0" x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
    </svg>
  )
}

const conclusion = (days: DayCount[]) =>
  `${counted(
    days.reduce((sum, { rows }) => sum + rows, 0),
    'row',
  )} in ${days.length} days`
