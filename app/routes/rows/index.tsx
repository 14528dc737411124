import { data, redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { ColumnChooser, LinesToggle } from '#app/components/column-chooser.tsx'
import { Link } from '#app/components/link.tsx'
import { LeftOut, Nothing, Notice } from '#app/components/notice.tsx'
import { Pager } from '#app/components/pager.tsx'
import { QueryFields } from '#app/components/query-fields.tsx'
import { QueryFlawNote } from '#app/components/query-flaw.tsx'
import { Reading } from '#app/components/reading.tsx'
import { RowFilters } from '#app/components/row-filters.tsx'
import { RowGrid } from '#app/components/row-grid.tsx'
import { RowPreview } from '#app/components/row-preview.tsx'
import { SaveView } from '#app/components/save-view.tsx'
import { load } from '#app/lib/api.server.ts'
import { boxesApplied, explored, isLanding, rowInFull } from '#app/lib/explore.server.ts'
import { titled } from '#app/lib/title.ts'
import { LaterFacets, LaterOverTime } from './components/counts.tsx'
import { ExportLinks } from './components/export-links.tsx'
import { Landing, NoRows } from './components/landing.tsx'

export const meta = titled('Explore')
export const handle = { trail: () => [{ title: 'Explore' }], narrow: true as const }

export const loader = load(async ({ api, query, request }) => {
  const params = new URL(request.url).searchParams
  const boxes = boxesApplied(params)
  if (boxes) throw redirect(boxes)
  if (isLanding(params)) return data({ artifacts: await api.exploring.artifacts(), view: null })
  const [artifacts, view, open, notes] = await Promise.all([
    api.exploring.artifacts(),
    explored({ api, query, params }),
    query.row ? rowInFull(api, query.row) : null,
    query.row ? api.marks.ofRow({ rowId: query.row }) : null,
  ])
  const ids = view.rows.map(({ id }) => id)
  const marks = ids.length > 0 ? await api.marks.ofRows({ rows: ids }) : []
  return data({ artifacts, view: { ...view, open, notes, marks } }, { status: view.flaw ? 422 : 200 })
})

type Page = ReturnType<typeof useLoaderData<typeof loader>>
type View = NonNullable<Page['view']>

export default function Explore() {
  const { artifacts, view } = useLoaderData<typeof loader>()
  return (
    <>
      <h1 className="sr-only">Explore</h1>
      <RowFilters artifacts={artifacts} hostname={view?.hostname ?? null} flawed={Boolean(view?.flaw)} />
      {view ? <Found view={view} any={artifacts.length > 0} /> : <Landing artifacts={artifacts} />}
    </>
  )
}

function Found({ view, any }: { view: View; any: boolean }) {
  const { list, leftOut, said, hostname, total, took_ms, flaw, counts, sort, hostsUnnamed } = view
  return (
    <>
      <LeftOut parts={leftOut} hint="A time reads 2026-02-05 06:00." />
      {hostsUnnamed && (
        <Notice kind="warn">
          <b>Hosts stand by number here, not by name:</b> there are more of them than can be sorted by name.
        </Notice>
      )}
      {flaw ? (
        <QueryFlawNote query={list.q ?? ''} flaw={flaw} />
      ) : (
        <>
          <Reading list={list} said={said} hostname={hostname} total={total} tookMs={took_ms} sort={sort} />
          {any && <LaterOverTime given={counts?.overTime ?? null} />}
        </>
      )}
      <Panes view={view} any={any} />
    </>
  )
}

function Panes({ view, any }: { view: View; any: boolean }) {
  const { list, rows, columns, known, cells, marks, open, notes, flaw, counts, fields, total, next, previous, layout } =
    view
  const lines = layout?.lines ?? 'one'
  return (
    <div className={open ? 'panes with-preview' : 'panes'}>
      {!flaw && any && <LaterFacets given={counts?.facets ?? null} fields={fields} rows={total} />}
      <div className="min-w-0">
        <div className="grid-bar">
          {list.artifact && known.length > 0 && (
            <>
              <ColumnChooser artifact={list.artifact} known={known} shown={columns} layout={layout} />
              <LinesToggle artifact={list.artifact} lines={lines} />
            </>
          )}
          <QueryFields columns={known} />
          {rows.length > 0 && <ExportLinks total={total} />}
          <span className="ml-auto">
            <SaveView />
          </span>
        </div>
        <RowGrid
          rows={rows}
          columns={columns}
          own={layout?.own ?? []}
          lines={lines}
          open={open?.row.id ?? null}
          marks={marks}
          artifact={list.artifact ?? null}
          known={cells}
        />
        {rows.length === 0 && !flaw && <Empty any={any} />}
        <Pager count={rows.length} limit={list.limit} next={next} prev={previous} total={total} />
      </div>
      {open && notes && <RowPreview row={open.row} notes={notes} around={open.around} />}
    </div>
  )
}

const Empty = ({ any }: { any: boolean }) =>
  any ? (
    <Nothing
      title="No row matches"
      actions={
        <Link className="btn" to="/rows?q=*">
          Show all rows
        </Link>
      }
    >
      Widen the time, or take a filter away.
    </Nothing>
  ) : (
    <NoRows />
  )
