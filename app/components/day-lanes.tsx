import { number } from '#app/lib/format.ts'
import { useViewer } from '#app/lib/viewer.ts'
import { AsTable } from './charts/as-table.tsx'
import { DayBars, type DayCount, dayName } from './charts/bars.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'

type Overview = {
  rows: { total: number; last24h: number } | null
  hosts: { total: number; seen24h: number }
  sources: number
  perDay: DayCount[]
}

/** The figures as labels of the chart's lane, and the days beside them. */
export function DayLanes({ overview: { rows, hosts, sources, perDay } }: { overview: Overview }) {
  const admin = useViewer()?.role === 'admin'
  const figures = [
    { name: 'Rows stored', value: rows?.total, to: '/rows' },
    { name: 'Rows, last 24 hours', value: rows?.last24h, to: '/rows' },
    { name: 'Hosts', value: hosts.total, to: '/hosts' },
    { name: 'Sources', value: sources, to: admin ? '/sources' : null },
  ]
  return (
    <section className="day">
      <dl>
        {figures.map(({ name, value, to }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {value === undefined ? (
                <span className="muted">unknown</span>
              ) : to === null ? (
                number(value)
              ) : (
                <Link className="num" to={to}>
                  {number(value)}
                </Link>
              )}
            </dd>
          </div>
        ))}
      </dl>
      <div className="min-w-0">
        <SectionHead title="Rows stored per day" about={`${perDay.length} days, UTC`} />
        {perDay.length > 0 ? (
          <>
            <DayBars days={perDay} />
            <Days days={perDay} />
          </>
        ) : (
          <p className="muted">no data: row storage does not answer</p>
        )}
      </div>
    </section>
  )
}

/** The chart's numbers, newest first. */
const Days = ({ days }: { days: DayCount[] }) => (
  <AsTable caption="Rows stored per day" columns={['Day (UTC)', 'Rows']} numbers={1}>
    {days.toReversed().map(({ day, rows }) => (
      <tr key={day}>
        <td>{dayName(day)}</td>
        <td className="r">{<span className={rows === 0 ? 'zero' : undefined}>{number(rows)}</span>}</td>
      </tr>
    ))}
  </AsTable>
)
