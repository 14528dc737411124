import { Link, useLoaderData } from '@remix-run/react'
import { ColumnChooser } from '#app/components/column-chooser.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { Pager } from '#app/components/pager.tsx'
import { Reading } from '#app/components/reading.tsx'
import { RowFilters } from '#app/components/row-filters.tsx'
import { RowGrid } from '#app/components/row-grid.tsx'
import { RowPreview } from '#app/components/row-preview.tsx'
import { load } from '#app/lib/api.server.ts'
import { number } from '#app/lib/format.ts'
import { titled } from '#app/lib/title.ts'
import { RowList } from '#server/modules/telemetry/schema.ts'

export const meta = titled('Rows')
export const handle = { trail: () => [{ title: 'Rows' }], narrow: true as const }

const SHOWN_AT_FIRST = 6

export const loader = load(async ({ api, query, request }) => {
  const chosen = new URL(request.url).searchParams
    .getAll('columns')
    .flatMap((names) => names.split(','))
    .filter(Boolean)
  const { columns: _chosen, ...list } = RowList.parse(query)
  const [artifacts, known] = await Promise.all([
    api.telemetry.artifacts(),
    list.artifact ? api.telemetry.columns({ artifact: list.artifact }) : [],
  ])
  const columns = chosen.length > 0 ? chosen.slice(0, 30) : known.slice(0, SHOWN_AT_FIRST)
  const [found, host, preview] = await Promise.all([
    api.telemetry.rows({ ...list, ...(columns.length > 0 ? { columns } : {}) }),
    list.hostId ? api.hosts.get({ id: list.hostId }) : null,
    query.row ? api.telemetry.row({ id: query.row }) : null,
  ])
  return { ...found, list, artifacts, known, columns, hostname: host?.hostname ?? null, preview }
})

export default function Rows() {
  const { rows, next, total, truncated, took_ms, list, artifacts, known, columns, hostname, preview } =
    useLoaderData<typeof loader>()
  return (
    <>
      <h1 className="sr-only">Rows</h1>
      <RowFilters artifacts={artifacts} hostname={hostname} columns={columns} />
      <Reading list={list} hostname={hostname} total={total} tookMs={took_ms} />
      {truncated && (
        <Notice kind="warn">
          <b>This answer is cut.</b> Only the newest part was searched before the time limit; narrow it by artifact,
          host or time.
        </Notice>
      )}
      {known.length > 0 && <ColumnChooser known={known} shown={columns} />}
      <div className={preview ? 'with-preview' : undefined}>
        <div className="min-w-0">
          <RowGrid
            rows={rows}
            columns={columns}
            open={preview?.id ?? null}
            empty={<Empty any={artifacts.length > 0} />}
          />
          <Pager count={rows.length} limit={list.limit} next={next} total={total} />
        </div>
        {preview && <RowPreview row={preview} />}
      </div>
      {artifacts.length > 0 && !list.artifact && rows.length > 0 && (
        <p className="muted">
          Choose an artifact to see its fields as columns. {number(artifacts.length)} have answered.
        </p>
      )}
    </>
  )
}

const Empty = ({ any }: { any: boolean }) =>
  any ? (
    <Nothing
      title="No row matches"
      alone
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
      alone
      actions={
        <Link className="btn primary" to="/deliveries">
          Upload a file
        </Link>
      }
    >
      Rows stand here as soon as a first delivery is loaded.
    </Nothing>
  )
