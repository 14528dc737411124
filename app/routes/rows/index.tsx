import { data } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { ColumnChooser } from '#app/components/column-chooser.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { Pager } from '#app/components/pager.tsx'
import { QueryFields } from '#app/components/query-fields.tsx'
import { QueryFlawNote } from '#app/components/query-flaw.tsx'
import { Reading } from '#app/components/reading.tsx'
import { RowFilters } from '#app/components/row-filters.tsx'
import { RowGrid } from '#app/components/row-grid.tsx'
import { RowPreview } from '#app/components/row-preview.tsx'
import { SaveView } from '#app/components/save-view.tsx'
import { load } from '#app/lib/api.server.ts'
import { number } from '#app/lib/format.ts'
import { orFlaw } from '#app/lib/query-flaw.server.ts'
import { rowQuery } from '#app/lib/row-query.server.ts'
import { fieldsOfRow } from '#app/lib/row-text.server.ts'
import { titled } from '#app/lib/title.ts'
import { huntOf } from '#server/modules/ingestion/schema.ts'

export const meta = titled('Rows')
export const handle = { trail: () => [{ title: 'Rows' }], narrow: true as const }

const AT_FIRST = 6
const MOST = 40

export const loader = load(async ({ api, query, request }) => {
  const chosen = new URL(request.url).searchParams.getAll('columns').filter(Boolean)
  const { columns: _chosen, ...asked } = query
  const { list, leftOut } = rowQuery(asked)
  const [artifacts, known] = await Promise.all([
    api.telemetry.artifacts({}),
    list.artifact ? api.telemetry.columns({ artifact: list.artifact }) : [],
  ])
  const columns = chosen.length > 0 ? chosen.slice(0, MOST) : known.slice(0, AT_FIRST)
  const [{ found, flaw }, host, row, notes] = await Promise.all([
    orFlaw(api.telemetry.rows({ ...list, columns })),
    list.hostId ? api.hosts.get({ id: list.hostId }) : null,
    query.row ? api.telemetry.row({ id: query.row }) : null,
    query.row ? api.marks.ofRow({ rowId: query.row }) : null,
  ])
  const preview = row && { ...row, hunt_id: huntOf(row.flow_id ?? ''), cells: fieldsOfRow(row.raw) }
  // The grid shows the start of what no column holds; the rest would travel twice, as HTML and as data.
  const rows = found?.rows.map(({ raw, ...shown }) => ({ ...shown, raw: raw.slice(0, 600) })) ?? []
  const marks = rows.length > 0 ? await api.marks.ofRows({ rows: rows.map(({ id }) => id) }) : []
  const { said = [], next = null, total = null, took_ms = 0 } = found ?? {}
  const view = { list, leftOut, artifacts, known, columns, hostname: host?.hostname ?? null, preview, flaw }
  return data({ ...view, rows, marks, notes, said, next, total, took_ms }, { status: flaw ? 422 : 200 })
})

export default function Rows() {
  const {
    marks,
    notes,
    rows,
    said,
    next,
    total,
    took_ms,
    list,
    leftOut,
    artifacts,
    known,
    columns,
    hostname,
    preview,
    flaw,
  } = useLoaderData<typeof loader>()
  return (
    <>
      <h1 className="sr-only">Rows</h1>
      <RowFilters artifacts={artifacts} hostname={hostname} flawed={flaw !== null} />
      {leftOut.length > 0 && (
        <Notice kind="warn" role="alert">
          <b>{leftOut.join(' and ')} was not understood</b> and is left out. A time reads 2026-02-05 06:00.
        </Notice>
      )}
      {flaw ? (
        <QueryFlawNote query={list.q ?? ''} flaw={flaw} />
      ) : (
        <Reading list={list} said={said} hostname={hostname} total={total} tookMs={took_ms} />
      )}
      <div className={preview ? 'with-preview' : undefined}>
        <div className="min-w-0">
          <div className="save-view">
            <SaveView />
          </div>
          <QueryFields columns={known} />
          {known.length > 0 ? (
            <ColumnChooser known={known} shown={columns} />
          ) : (
            artifacts.length > 0 &&
            !list.artifact && (
              <p className="muted pb-2">
                Choose an artifact to see its fields as columns; {number(artifacts.length)} have answered.
              </p>
            )
          )}
          <RowGrid rows={rows} columns={columns} open={preview?.id ?? null} marks={marks} />
          {rows.length === 0 && !flaw && <Empty any={artifacts.length > 0} />}
          <Pager count={rows.length} limit={list.limit} next={next} total={total} />
        </div>
        {preview && notes && <RowPreview row={preview} notes={notes} />}
      </div>
    </>
  )
}

const Empty = ({ any }: { any: boolean }) =>
  any ? (
    <Nothing
      title="No row matches"
      actions={
        <Link className="btn" to="/rows">
          Show all rows
        </Link>
      }
    >
      Widen the time, or take a filter away.
    </Nothing>
  ) : (
    <Nothing
      title="No rows yet"
      actions={
        <Link className="btn primary" to="/deliveries">
          Upload a file
        </Link>
      }
    >
      Rows stand here as soon as a first delivery is loaded.
    </Nothing>
  )
