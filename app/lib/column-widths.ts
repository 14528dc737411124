import { useState } from 'react'
import type { GridColumn, NamedWidth, OwnColumn, Width } from '#server/modules/exploring/schema.ts'

/** The widths in px to which a column can be drawn; styles.css has a class for each of their steps. */
export const LEAST = 48
export const MOST = 960
export const STEP = 8

/** The nearest width that there is. */
export const stepOf = (px: number) => Math.min(MOST, Math.max(LEAST, Math.round(px / STEP) * STEP))

// A column that stays must know how wide it is, for the next one to stay beside it.
const PINNED: Record<NamedWidth, number> = { auto: 192, narrow: 128, middle: 256, wide: 512, widest: 960 }
// The margin with star and opener stays where any column does.
const MARGIN = 64
const MOST_PINNED = 1024
const UNIT = 4

/** A field of the artifact, or what every grid has beside them. */
export type AnyColumn = (GridColumn & { own?: undefined }) | (OwnColumn & { own: true })

/** Time and host as they were kept. */
export const ownColumns = (kept: OwnColumn[]) =>
  (['time', 'host'] as const).map((name) => ({
    ...(kept.find((one) => one.name === name) ?? { name, width: 'auto' as const }),
    own: true as const,
  }))

/** How they are spoken of, apart from fields of these names. */
export const CALLED = { time: 'the event time', host: 'the host' } as const

/** A name of its own for each column: a field may be called host too. */
export const keyOf = ({ own, name }: AnyColumn) => (own ? name : `field-${name}`)

type Drawn = { column: AnyColumn; pinned: boolean; className: string }

/** Columns as they are drawn: those that stay at the left first, each with its class. `pins`: the class of what they take up. */
export function drawnColumns(columns: AnyColumn[]): { all: Drawn[]; pins: string } {
  let at = MARGIN
  const pinned = columns.flatMap((column): Drawn[] => {
    const px = typeof column.width === 'number' ? column.width : PINNED[column.width]
    if (!column.pinned || at + px > MOST_PINNED) return []
    const className = `pin pin-at-${at / UNIT} ${sized(px)}`
    at += px
    return [{ column, pinned: true, className }]
  })
  const staying = new Set(pinned.map(({ column }) => column))
  const others = columns
    .filter((column) => !staying.has(column))
    .map((column) => ({ column, pinned: false, className: classOf(column.width) }))
  return { all: [...pinned, ...others], pins: pinned.length > 0 ? `pinned pins-${at / UNIT}` : '' }
}

const sized = (px: number) => `sized col-w-${px / UNIT}`
const classOf = (width: Width) => (typeof width === 'number' ? sized(width) : `w-${width}`)

type Widths = { of: string; px: Record<string, number> }

/**
 * Columns with the widths that were drawn since the page came. They are kept for this person and artifact; where the address
 * names the columns (`artifact` null), they are of this sight only.
 */
export function useDrawnWidths(columns: AnyColumn[], artifact: string | null) {
  const of = JSON.stringify(columns)
  const [drawn, setDrawn] = useState<Widths>({ of, px: {} })
  const [lost, setLost] = useState(false)
  // What the server says now is newer than what was drawn before it said so.
  const px = drawn.of === of ? drawn.px : {}
  const draw = async (column: AnyColumn, width: number) => {
    setDrawn({ of, px: { ...px, [keyOf(column)]: width } })
    if (artifact !== null) setLost(!(await kept(artifact, columns, column, width)))
  }
  return { columns: columns.map((one) => ({ ...one, width: px[keyOf(one)] ?? one.width })), draw, lost }
}

let last: Promise<unknown> = Promise.resolve()

/** Sends a width after those sent before it: each is added to what is kept by then. */
function kept(artifact: string, columns: AnyColumn[], { own, name }: AnyColumn, width: number): Promise<boolean> {
  const body = new FormData()
  const intent = own ? 'own-width' : 'width'
  for (const [field, value] of Object.entries({ intent, artifact, name, width: String(width) }))
    body.append(field, value)
  for (const column of columns) if (!column.own) body.append('columns', column.name)
  const sent = last
    .then(() => fetch('/rows/layout', { method: 'POST', body, redirect: 'manual', keepalive: true }))
    .then(
      ({ status }) => status === 204,
      () => false,
    )
  last = sent
  return sent
}
