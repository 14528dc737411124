import { Link, useSearchParams } from '@remix-run/react'
import type { ReactNode } from 'react'
import { rowLink } from '#app/lib/row-links.ts'
import { type Column, DataTable } from './data-table.tsx'
import { OpenRow, type StoredRow } from './row-table.tsx'
import { Time } from './time.tsx'
import { Value } from './value.tsx'

type Grid = { rows: StoredRow[]; columns: string[]; open: string | null; empty: ReactNode }

/** Rows as a grid: time, host, then the chosen fields; without an artifact, the row as it came. */
export function RowGrid({ rows, columns, open, empty }: Grid) {
  const [params] = useSearchParams()
  const preview = (id: string) => {
    const to = new URLSearchParams(params)
    to.set('row', id)
    return `?${to}`
  }
  const fields: Column<StoredRow>[] = columns.length > 0 ? columns.map(field) : [ARTIFACT, AS_IT_CAME]
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Rows">
      <DataTable
        free
        caption="Rows"
        rows={rows}
        columns={[TIME, HOST, ...fields]}
        rowKey={(row) => row.id}
        isCurrent={(row) => row.id === open}
        // The preview stands beside the grid where there is room for it; elsewhere a row is a page.
        margin={{
          title: 'Open',
          cell: (row) => (
            <>
              <span className="max-xl:hidden">
                <OpenRow id={row.id} to={preview(row.id)} />
              </span>
              <span className="xl:hidden">
                <OpenRow id={row.id} />
              </span>
            </>
          ),
        }}
        empty={empty}
      />
    </div>
  )
}

const TIME: Column<StoredRow> = {
  title: 'Event (UTC)',
  cell: (row) => (
    <Link to={rowLink(row.id)} className="lead">
      <Time at={row.event_time} never="undated" />
    </Link>
  ),
}

const HOST: Column<StoredRow> = {
  title: 'Host',
  cell: (row) => (
    <Link className="n" to={`/hosts/${row.host_id}`}>
      <Value text={row.hostname} />
    </Link>
  ),
}

const ARTIFACT: Column<StoredRow> = { title: 'Artifact', cell: (row) => row.artifact }

const AS_IT_CAME: Column<StoredRow> = {
  title: 'Row as it came',
  className: 'long',
  cell: (row) => <Value text={row.raw.slice(0, 512)} path={false} />,
}

const field = (name: string): Column<StoredRow> => ({
  title: name,
  key: `field-${name}`,
  className: 'value-cell',
  cell: (row) => (name in row.cells ? <Value text={row.cells[name]!} /> : <span className="muted">no data</span>),
})
