import { useSearchParams } from '@remix-run/react'
import { Download } from '#app/components/icons.tsx'
import { Popover } from '#app/components/menu.tsx'
import { number } from '#app/lib/format.ts'
import { filtersOf } from '#app/lib/row-counts.ts'

const FORMATS = [
  ['csv', 'CSV', 'for spreadsheets; can be delivered again, and brings the same values'],
  ['jsonl', 'JSON lines', 'every row exactly as it came'],
  ['parquet', 'Parquet', 'for DuckDB and other engines'],
] as const
const MOST = 1_000_000

/** The rows of this address as files, all of them and not the page alone; what was asked stands in each. */
export function ExportLinks({ total }: { total: number | null }) {
  const filters = filtersOf(useSearchParams()[0])
  return (
    <Popover
      className="start"
      button="btn quiet"
      label={
        <>
          <Download aria-hidden="true" />
          Export
        </>
      }
    >
      <ul className="exports">
        {FORMATS.map(([format, title, about]) => (
          <li key={format}>
            <a href={`/api/rows/export?${filters}&format=${format}`} download>
              <b>{title}</b> <span className="muted">{about}</span>
            </a>
          </li>
        ))}
      </ul>
      <p className="muted px-2 pb-2">
        {total === null
          ? `At most ${number(MOST)} rows; the file says how many there are.`
          : total > MOST
            ? `The first ${number(MOST)} of ${number(total)} rows; ${number(total - MOST)} are cut, and the file says so.`
            : `${number(total)} rows.`}
      </p>
    </Popover>
  )
}
