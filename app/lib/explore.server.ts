import type { PageContext } from '#server/context.ts'
import type { GridColumn, GridLayout } from '#server/modules/exploring/schema.ts'
import { huntOf } from '#server/modules/ingestion/schema.ts'
import { orFlaw, orNothing } from './query-flaw.server.ts'
import { fieldNamed, withParts } from './query-text.ts'
import { facetFields } from './row-counts.ts'
import { rowQuery } from './row-query.server.ts'

type Api = PageContext['api']
type Asked = { api: Api; query: Record<string, string>; params: URLSearchParams }

const AT_FIRST = 6
const MOST = 40
const MOST_SORTS = 3
const MOST_CELLS = 2000
const OVER = 'over '

/** Where the boxes over the columns lead: their words as part of the query. Null when none was sent. */
export function boxesApplied(params: URLSearchParams): string | null {
  const boxes = [...params].filter(([name]) => name.startsWith(OVER))
  if (boxes.length === 0) return null
  const to = new URLSearchParams([...params].filter(([name]) => !name.startsWith(OVER)))
  const query = withParts(
    to.get('q') ?? '',
    boxes.map(([name, typed]) => [name.slice(OVER.length), typed]),
  )
  if (query === '') to.delete('q')
  else to.set('q', query)
  return `/rows?${to}`
}

/** Whether an address asks for nothing yet: then no row is read. */
export const isLanding = (params: URLSearchParams) =>
  !['artifact', 'hostId', 'batchId', 'q', 'from', 'to', 'row', 'cursor'].some((name) => params.get(name)) &&
  !params.has('sort')

/** Everything of a page of rows but what was noted on them. */
export async function explored({ api, query, params }: Asked) {
  const { columns: _columns, sort: _sort, ...asked } = query
  const { list, leftOut } = rowQuery(asked)
  const sort = params.getAll('sort').filter(Boolean).slice(0, MOST_SORTS)
  const [known, layout, host] = await Promise.all([
    list.artifact ? api.telemetry.columns({ artifact: list.artifact }) : [],
    list.artifact ? api.exploring.layout({ artifact: list.artifact }) : null,
    list.hostId ? api.hosts.get({ id: list.hostId }) : null,
  ])
  const columns = chosen(params.getAll('columns').filter(Boolean), layout, known)
  const names = columns.map(({ name }) => name)
  const { found, flaw } = await orFlaw(api.telemetry.rows({ ...list, sort, columns: names }))
  const fields = facetFields(list.artifact, names.map(fieldNamed))
  const [cells, counts] = await Promise.all([
    whatCellsAre(api, found?.rows ?? [], names),
    params.get('counts') && !flaw ? counted(api, list, fields, params) : null,
  ])
  // The grid shows the start of what no column holds; the rest would travel twice, as HTML and as data.
  const rows = found?.rows.map(({ raw, ...shown }) => ({ ...shown, raw: raw.slice(0, 600) })) ?? []
  const { said = [], next = null, previous = null, total = null, took_ms = 0, hostsUnnamed = false } = found ?? {}
  return {
    ...{ list, leftOut, known, columns, layout, hostname: host?.hostname ?? null, flaw, sort, fields },
    ...{ rows, cells, counts, said, next, previous, total, took_ms, hostsUnnamed },
  }
}

/** The address's own columns, else the person's, else the commonest; widths and pins are the person's. */
function chosen(asked: string[], layout: GridLayout | null, known: string[]): GridColumn[] {
  const kept = new Map(layout?.columns.map((column) => [column.name, column]))
  const named = (names: string[]) => names.map((name): GridColumn => kept.get(name) ?? { name, width: 'auto' })
  if (asked.length > 0) return named([...new Set(asked)].slice(0, MOST))
  return layout && layout.columns.length > 0 ? layout.columns : named(known.slice(0, AT_FIRST))
}

type Row = { id: string; artifact: string; host_id: number; cells: Record<string, string> }

/** What the cells of a page are, by row and column: one question for all of them. */
async function whatCellsAre(api: Api, rows: Row[], names: string[]) {
  const places = rows
    .flatMap((row) => names.map((column) => ({ row, column, text: row.cells[column] ?? '' })))
    .filter(({ text }) => text !== '' && text.length <= 4096)
    .slice(0, MOST_CELLS)
  if (places.length === 0) return {}
  const found = await api.observables.ofCells({
    cells: places.map(({ row, column, text }) => ({ artifact: row.artifact, column, text, host: row.host_id })),
  })
  return Object.fromEntries(
    places.flatMap(({ row, column }, at) => (found[at] ? [[`${row.id} ${column}`, found[at]] as const] : [])),
  )
}

async function counted(
  api: Api,
  list: Parameters<Api['exploring']['histogram']>[0],
  fields: string[],
  params: URLSearchParams,
) {
  const [overTime, facets] = await Promise.all([
    orNothing(api.exploring.histogram(list)),
    orNothing(api.exploring.facets({ ...list, fields, top: params.get('all') ? 50 : 6 })),
  ])
  return { overTime, facets }
}

/** One row in full, and what its host did around it. */
export async function rowInFull(api: Api, id: string) {
  const [row, around] = await Promise.all([api.telemetry.row({ id }), api.exploring.neighbours({ id })])
  return { around, row: { ...row, hunt_id: huntOf(row.flow_id ?? '') } }
}
