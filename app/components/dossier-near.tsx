import { typeName } from '#app/lib/observable-link.ts'
import { rowLink } from '#app/lib/row-links.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import type { TimeSource } from '#server/modules/columns/schema.ts'
import { type Beside, Values } from './dossier-places.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { EventTime } from './time.tsx'
import { Value } from './value.tsx'

export type Neighbour = Beside & { field: string; rows: number }
export type NearRow = {
  id: string
  host_id: number
  hostname: string
  artifact: string
  at: Date
  source: TimeSource | null
  raw: string
}

const PARENT = /parent/i
const MOST = 6

/** What stands most often in the same rows, by what it is to the value. */
export function Neighbours({ neighbours }: { neighbours: Neighbour[] | null }) {
  const groups = neighbours ? grouped(neighbours) : []
  return (
    <section id="near">
      <SectionHead
        title="Neighbours"
        about="values in the same rows (500 at most, none of over 16 KiB), and the hosts that have them"
      />
      {neighbours === null && <p className="muted">not reached: reading these rows takes too long</p>}
      {neighbours?.length === 0 && <p className="muted">no other value stands in these rows</p>}
      <div className="near">
        {groups.map(([title, values]) => (
          <div key={title}>
            <h3>{title}</h3>
            <Values values={values.slice(0, MOST)} />
            {values.length > MOST && (
              <details>
                <summary className="link">{values.length - MOST} more</summary>
                <Values values={values.slice(MOST)} />
              </details>
            )}
          </div>
        ))}
      </div>
    </section>
  )
}

const PLURAL: Record<string, string> = {
  hash: 'Hashes', path: 'Paths', command: 'Command lines', process: 'Processes', user: 'Users', ip: 'Addresses',
  domain: 'Domains', url: 'URLs', host: 'Host names', rule: 'Rules',
} // biome-ignore format: a list to read across

function grouped(neighbours: Neighbour[]): [string, Neighbour[]][] {
  const groups = new Map<string, Map<string, Neighbour>>()
  for (const one of neighbours) {
    const title = PARENT.test(one.field) ? 'Started it' : (PLURAL[one.type] ?? typeName(one.type))
    const group = groups.get(title) ?? new Map()
    groups.set(title, group)
    if (!group.has(`${one.type} ${one.value}`)) group.set(`${one.type} ${one.value}`, one)
  }
  return [...groups].map(([title, group]) => [title, [...group.values()]])
}

const MINUTES_5 = 300_000

/** Rows of the same host within a second of the latest sighting. */
export function Around({ rows }: { rows: NearRow[] | null }) {
  const [first] = rows ?? []
  if (rows?.length === 0) return null
  return (
    <section id="around">
      <SectionHead title="Within one second, same host" about={first ? first.hostname : undefined}>
        {first && (
          <Link
            className="link"
            data-act="window"
            to={timelineLink({
              host: first.host_id,
              from: new Date(first.at.getTime() - MINUTES_5),
              to: new Date(first.at.getTime() + MINUTES_5),
            })}
          >
            Five minutes around
          </Link>
        )}
      </SectionHead>
      {rows === null && <p className="muted">not reached: reading these rows takes too long</p>}
      <ul className="values">
        {rows?.map((row) => (
          <li key={row.id} className="event">
            <Link className="num" to={rowLink(row.id)}>
              <EventTime at={row.at} source={row.source} />
            </Link>
            <span className="cut">{row.artifact}</span>
            <span className="cut">
              <Value text={row.raw} path={false} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
