// The cursor of a grid lives in the document: the row's id and the column it stands in say where, so that it is found
// again after the server has drawn the page anew.

export type Place = { row: string; line: number; column: number }
export type Grid = { table: HTMLTableElement; rows: HTMLTableRowElement[] }

const visible = (element: Element) => element.getClientRects().length > 0

/** The grid that the keyboard moves in: the one that holds the focus, else the first of the page. */
export function gridAt(focus: Element | null): Grid | null {
  const table =
    focus?.closest<HTMLTableElement>('table[data-grid]') ??
    [...document.querySelectorAll<HTMLTableElement>('main table[data-grid]')].find(visible)
  if (!table) return null
  const rows = [...table.querySelectorAll<HTMLTableRowElement>('tr[data-row]')].filter(visible)
  return rows.length > 0 ? { table, rows } : null
}

export const cellsOf = (row: HTMLTableRowElement) =>
  [...row.querySelectorAll<HTMLTableCellElement>('td[data-cell]')].filter(visible)

/** The row and cell at a place: by the row's id where it is still there, else by its line. */
export function standingAt(grid: Grid, place: Place) {
  const line = grid.rows.findIndex((row) => row.dataset.row === place.row)
  const row = grid.rows[line >= 0 ? line : Math.min(place.line, grid.rows.length - 1)]!
  const cells = cellsOf(row)
  return { row, cell: cells[Math.min(place.column, cells.length - 1)] ?? null, line: grid.rows.indexOf(row) }
}

/** Where the focus stands in a grid; null outside of its cells. */
export function placeOf(grid: Grid, focus: Element | null): Place | null {
  const row = focus?.closest<HTMLTableRowElement>('tr[data-row]')
  if (!row || !grid.table.contains(row)) return null
  const cell = focus?.closest('td[data-cell]')
  const column = Math.max(0, cell ? cellsOf(row).indexOf(cell as HTMLTableCellElement) : 0)
  return { row: row.dataset.row ?? '', line: grid.rows.indexOf(row), column }
}

export const STEPS: Record<string, { rows: number; cells: number }> = {
  'row-down': { rows: 1, cells: 0 },
  'row-up': { rows: -1, cells: 0 },
  'extend-down': { rows: 1, cells: 0 },
  'extend-up': { rows: -1, cells: 0 },
  'cell-left': { rows: 0, cells: -1 },
  'cell-right': { rows: 0, cells: 1 },
}

/** One step further, within the grid; from nowhere to the first cell. */
export function stepped(grid: Grid, from: Place | null, act: string): Place {
  if (!from) return { row: grid.rows[0]!.dataset.row ?? '', line: 0, column: 0 }
  const { rows, cells } = STEPS[act]!
  const standing = standingAt(grid, from)
  const line = Math.max(0, Math.min(grid.rows.length - 1, standing.line + rows))
  const row = grid.rows[line]!
  const column = Math.max(0, Math.min(cellsOf(row).length - 1, from.column + cells))
  return { row: row.dataset.row ?? '', line, column }
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

/** Marks a row, or takes the mark away, by its own checkbox. False where rows cannot be marked. */
export function selectRow(row: Element, wanted?: boolean): boolean {
  const box = row.querySelector<HTMLElement>('[data-act="select"]')
  if (!box) return false
  if (wanted === undefined || (box as HTMLInputElement).checked !== wanted) box.click()
  return true
}

// What is done to a value is done to the one under the cursor, never to another that stands elsewhere in its row or beside.
const OF_VALUE = new Set(['include', 'exclude', 'stack', 'pivot', 'copy', 'benign', 'suspicious', 'malicious', 'clear'])
// These a page may offer for all that is selected.
const OF_SELECTION = new Set(['benign', 'suspicious', 'malicious', 'clear'])

/** The element that does an act nearest to the cursor: in its cell, its row, then anywhere outside of rows. */
export function doerOf(act: string, row: Element | null, cell: Element | null): HTMLElement | null {
  const sought = `[data-act="${act}"]`
  const within = (box: Element | null) => [...(box?.querySelectorAll<HTMLElement>(sought) ?? [])]
  const inCell = within(cell)[0]
  if (inCell) return inCell
  const inRow = within(row)
  const ofRow = inRow.find((one) => !one.closest('td[data-cell]')) ?? (OF_VALUE.has(act) ? undefined : inRow[0])
  if (ofRow) return ofRow
  const lead = act === 'open' ? row?.querySelector<HTMLElement>('a.lead') : null
  if (lead) return lead
  if (row && OF_VALUE.has(act) && !OF_SELECTION.has(act)) return null
  const page = within(document.body).filter(
    (one) => !one.closest('tr[data-row]') && isFor(one, row) && !(row && OF_VALUE.has(act) && one.closest('.preview')),
  )
  return page.find(visible) ?? page[0] ?? null
}

/** A preview is of one row: what it offers is not for another one under the cursor. */
function isFor(element: HTMLElement, row: Element | null): boolean {
  const of = element.closest<HTMLElement>('[data-of-row]')?.dataset.ofRow
  return of === undefined || row === null || of === (row as HTMLElement).dataset.row
}
