import { useSearchParams } from '@remix-run/react'
import { termForAny } from '#app/lib/query-text.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { Link } from './link.tsx'
import { Popover } from './menu.tsx'
import { Value } from './value.tsx'

const MEANINGS: [example: string, about: string][] = [
  ['Name:cmd.exe', 'a column has this value, in any case'],
  ['Exe:"C:\\Program Files\\"*', 'quotes keep spaces; * any text, ? one character'],
  ['Pid>4  Size:[1 TO 9]', 'numbers, times and addresses have an order'],
  ['Laddr.IP:10.0.0.0/8', 'a network'],
  ['Name:(a.exe, b.exe)', 'any of a list'],
  ['CommandLine:/-enc\\s/', 'a regular expression (RE2), in any case'],
  ['-Status:LISTEN  NOT (a OR b)', 'the rest, rows without the column too'],
  ['time:last 7 days', 'or time>2026-01-05 13:00 Europe/Vienna, received:today'],
  ['process.name, file.path, ip, user.name, host', 'the same in every artifact'],
]

/** How a query is written, and the columns at hand as links: what the completions offer, without JavaScript too. */
export function QueryFields({ columns }: { columns: string[] }) {
  const query = useSearchParams()[0].get('q') ?? ''
  const link = useSearchLink()
  return (
    <Popover label="How to ask" button="btn quiet" className="start">
      <dl className="meanings">
        {MEANINGS.map(([example, about]) => (
          <div key={example}>
            <dt className="val">{example}</dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
      {columns.length > 0 && (
        <>
          <h2>Rows that have a</h2>
          <ul className="columns">
            {columns.slice(0, 60).map((column) => (
              <li key={column}>
                <Link className="link" to={link({ q: `${query} ${termForAny(column)}`.trim() })}>
                  <Value text={column} path={false} />
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </Popover>
  )
}
