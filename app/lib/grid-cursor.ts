// The cursor of a grid lives in the document: the row's id and the column it stands in say where, so that it is found
// again after the server has drawn the page anew.

/** `of`: what the grid calls itself. */
export type Place = { of: string; row: string; line: number; column: number }
/** A table, or a list whose lines are one cell each. */
export type Grid = { box: HTMLElement; rows: HTMLElement[] }

/** What the cursor stands in: every cell of a table that says so once for all of them, else what is marked. */
export const CELL = '[data-cell], [data-grid="cells"] [data-row] > td:not(.margin)'

const visible = (element: Element) => element.getClientRects().length > 0

const rowsIn = (box: Element) => [...box.querySelectorAll<HTMLElement>('[data-row]')].filter(visible)

/** The grids of the page that have rows, in their order. */
const grids = (): Grid[] =>
  [...document.querySelectorAll<HTMLElement>('main [data-grid]')]
    .map((box) => ({ box, rows: rowsIn(box) }))
    .filter(({ rows }) => rows.length > 0)

/** The grid that the keyboard moves in: the one that holds the focus, else the one that still has the row, else the first. */
export function gridAt(focus: Element | null, place: Place | null = null): Grid | null {
  const all = grids()
  const holds = ({ rows }: Grid) => rows.some(({ dataset }) => dataset.row === place?.row)
  return all.find(({ box }) => box.contains(focus)) ?? all.find(holds) ?? all[0] ?? null
}

export const cellsOf = (row: HTMLElement) =>
  row.matches(CELL) ? [row] : [...row.querySelectorAll<HTMLElement>(CELL)].filter(visible)

/** The row and cell at a place: by the row's id where it is still there, else by its line; one row may stand on several. */
export function standingAt(grid: Grid, place: Place) {
  const isIt = (row: HTMLElement | undefined) => row?.dataset.row === place.row
  const line = isIt(grid.rows[place.line]) ? place.line : grid.rows.findIndex(isIt)
  const row = grid.rows[line >= 0 ? line : Math.min(place.line, grid.rows.length - 1)]!
  const cells = cellsOf(row)
  return { row, cell: cells[Math.min(place.column, cells.length - 1)] ?? null, line: grid.rows.indexOf(row) }
}

/** Where the focus stands in a grid; null outside of its cells. */
export function placeOf(grid: Grid, focus: Element | null): Place | null {
  const row = focus?.closest<HTMLElement>('[data-row]')
  if (!row || !grid.box.contains(row)) return null
  const cell = focus?.closest<HTMLElement>(CELL)
  const column = Math.max(0, cell ? cellsOf(row).indexOf(cell) : 0)
  return { of: nameOf(grid), row: row.dataset.row ?? '', line: grid.rows.indexOf(row), column }
}

export const STEPS: Record<string, { rows: number; cells: number }> = {
  'row-down': { rows: 1, cells: 0 },
  'row-up': { rows: -1, cells: 0 },
  'extend-down': { rows: 1, cells: 0 },
  'extend-up': { rows: -1, cells: 0 },
  'cell-left': { rows: 0, cells: -1 },
  'cell-right': { rows: 0, cells: 1 },
}

/** One step further: past the last row of a grid to the next grid of the page; from nowhere to the first cell. */
export function stepped(grid: Grid, from: Place | null, act: string): { grid: Grid; place: Place } {
  if (!from) return { grid, place: placeIn(grid, 0, 0) }
  const { rows, cells } = STEPS[act]!
  const standing = standingAt(grid, from)
  const line = standing.line + rows
  const beside = act.startsWith('row') && !grid.rows[line] ? neighbour(grid, rows) : null
  if (beside) return { grid: beside, place: placeIn(beside, rows > 0 ? 0 : beside.rows.length - 1, 0) }
  return { grid, place: placeIn(grid, line, from.column + cells) }
}

const neighbour = ({ box }: Grid, step: number): Grid | null => {
  const all = grids()
  return all[all.findIndex((grid) => grid.box === box) + step] ?? null
}

const nameOf = ({ box }: Grid) => box.querySelector('caption')?.textContent ?? ''

/** The place, unless the page now shows another grid without its row. */
export function stillThere(place: Place | null): Place | null {
  const grid = gridAt(null, place)
  const stays = grid && place && (nameOf(grid) === place.of || standingAt(grid, place).row.dataset.row === place.row)
  return stays ? place : null
}

function placeIn(grid: Grid, wantedLine: number, wantedColumn: number): Place {
  const line = Math.max(0, Math.min(grid.rows.length - 1, wantedLine))
  const row = grid.rows[line]!
  const column = Math.max(0, Math.min(cellsOf(row).length - 1, wantedColumn))
  return { of: nameOf(grid), row: row.dataset.row ?? '', line, column }
}

/** Draws the cursor and brings it into view; `focus` also gives it the keyboard, so that it is read out. */
export function drawCursor(grid: Grid | null, place: Place | null, { focus }: { focus: boolean }) {
  for (const old of document.querySelectorAll('[data-cursor]')) old.removeAttribute('data-cursor')
  if (!grid || !place) return
  const { row, cell } = standingAt(grid, place)
  row.setAttribute('data-cursor', 'row')
  cell?.setAttribute('data-cursor', 'cell')
  if (!focus || !cell) return
  cell.tabIndex = -1
  cell.focus({ preventScroll: true })
  cell.scrollIntoView({ block: 'nearest', inline: 'nearest' })
}

const selects = (row: Element | null) => row?.querySelector('[data-act="select"]') ?? null

/** Marks a row, or takes the mark away, by its own checkbox. False where rows cannot be marked. */
export function selectRow(row: Element, wanted?: boolean): boolean {
  const box = selects(row)
  if (!(box instanceof HTMLInputElement)) return false
  if (wanted === undefined || box.checked !== wanted) box.click()
  return true
}

// What is done to a value is done to the one under the cursor, never to another that stands elsewhere in its row or beside.
const OF_VALUE = new Set(['include', 'exclude', 'stack', 'pivot', 'copy', 'benign', 'suspicious', 'malicious', 'clear'])
/** These a page may offer for all that is selected. */
export const OF_SELECTION = new Set(['benign', 'suspicious', 'malicious', 'clear'])

/** The head over a cell: what is done to a whole column is offered once, there. */
const headOf = (cell: HTMLElement | null) =>
  cell instanceof HTMLTableCellElement ? (cell.closest('table')?.tHead?.rows[0]?.cells[cell.cellIndex] ?? null) : null

/** The element that does an act nearest to the cursor: in its cell, over it, in its row, then anywhere outside of them. */
export function doerOf(act: string, row: Element | null, cell: HTMLElement | null): HTMLElement | null {
  const sought = `[data-act="${act}"]`
  const within = (box: Element | null) => [...(box?.querySelectorAll<HTMLElement>(sought) ?? [])]
  const inColumn = within(cell)[0] ?? within(headOf(cell))[0]
  if (inColumn) return inColumn
  const inRow = within(row)
  const ofRow = inRow.find((one) => !one.closest(CELL)) ?? (OF_VALUE.has(act) ? undefined : inRow[0])
  if (ofRow) return ofRow
  const lead = act === 'open' ? row?.querySelector<HTMLElement>('a.lead, a[data-act="pivot"]') : null
  if (lead) return lead
  if (row && OF_VALUE.has(act) && !OF_SELECTION.has(act)) return null
  if (OF_SELECTION.has(act) && cell?.dataset.value && !selects(row)) return null
  const page = within(document.body).filter(
    (one) =>
      !one.closest('[data-row], [data-grid] th') &&
      isFor(one, row) &&
      !(row && OF_VALUE.has(act) && one.closest('.preview')),
  )
  return page.find(visible) ?? page[0] ?? null
}

/** A preview is of one row: what it offers is not for another one under the cursor. */
function isFor(element: HTMLElement, row: Element | null): boolean {
  const of = element.closest<HTMLElement>('[data-of-row]')?.dataset.ofRow
  return of === undefined || row === null || of === (row as HTMLElement).dataset.row
}
