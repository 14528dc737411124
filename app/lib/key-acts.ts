import { CELL, doerOf, gridAt, OF_SELECTION, type Place, placeOf, selectRow, standingAt } from './grid-cursor.ts'

const SELECTED = '[data-act="select"]:checked'
// Fields that are typed in; a key there is a letter.
export const TYPING = 'input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, dialog'

/** Clicks what does an act. False where nothing on the page does it. */
export function done(act: string, place: Place | null, later: ((act: string) => void) | null): boolean {
  const focus = document.activeElement
  if (act in FACETS) return toFacet(focus, FACETS[act]!)
  const grid = gridAt(focus, place)
  const at = (grid && placeOf(grid, focus)) ?? place
  const standing = grid && at ? standingAt(grid, at) : null
  const cell = standing?.cell ?? focus?.closest<HTMLElement>(CELL) ?? null
  const doer = doerOf(act, standing?.row ?? null, cell)
  if (!doer && act === 'back') return document.dispatchEvent(new CustomEvent('trail-back'))
  if (!doer) return IN_PREVIEW.has(act) && later !== null && previewed(standing?.row, () => later(act))
  if (doer.matches(TYPING)) {
    doer.focus()
    if (doer instanceof HTMLInputElement) doer.select()
  } else if (OF_SELECTION.has(act) && standing && !document.querySelector(SELECTED)) {
    // With nothing selected it is done to the row under the cursor, and to that one only.
    const selected = selectRow(standing.row, true)
    doer.click()
    if (selected) selectRow(standing.row, false)
  } else doer.click()
  // What opened takes the keyboard, or the next key would be for the page behind it.
  if (doer.matches('summary')) firstControl(doer.parentElement)?.focus()
  return true
}

// These stand in the preview of a row: it opens first.
export const IN_PREVIEW = new Set(['tag', 'comment'])

function previewed(row: HTMLElement | undefined, then: () => void): boolean {
  const preview = row?.querySelector<HTMLElement>('[data-act="preview"]')
  if (!preview) return false
  then()
  preview.click()
  return true
}

const firstControl = (box: Element | null) =>
  box?.hasAttribute('open')
    ? box.querySelector<HTMLElement>('.float a, .float input:not([type=hidden]), .float button')
    : null

export const FACETS: Record<string, number> = { 'previous-facet': -1, 'next-facet': 1 }

/** Brings the keyboard to the facet value before or after, from elsewhere to the first; Enter then takes it. */
function toFacet(focus: Element | null, step: number): boolean {
  const values = [...document.querySelectorAll<HTMLElement>('[data-facet]')]
  const at = values.indexOf(focus as HTMLElement)
  const next = at < 0 ? values[0] : values[at + step]
  next?.focus()
  return next !== undefined
}
