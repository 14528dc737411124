import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { LEAST, MOST, STEP, stepOf } from '#app/lib/column-widths.ts'

type Edge = { name: string; width: number | string; draw: (px: number) => void }

/**
 * The right edge of a column's head: drawn by the pointer, or moved by arrow keys (with Shift five steps, Home and End to the
 * bounds). The column follows at once; `draw` is told when the edge is let go.
 */
export function ColumnEdge({ name, width, draw }: Edge) {
  const edge = useRef<HTMLDivElement>(null)
  const start = useRef<{ x: number; px: number } | null>(null)
  const pending = useRef<number | null>(null)
  const [now, setNow] = useState(LEAST)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another width is another size
  useEffect(() => setNow(widthOf(edge.current)), [width])

  const show = (px: number) => {
    pending.current = stepOf(px)
    setNow(pending.current)
    follow(edge.current, pending.current)
  }
  const settle = () => {
    start.current = null
    if (pending.current === null) return
    draw(pending.current)
    pending.current = null
    // What is drawn now has its class before the next frame.
    queueMicrotask(() => follow(edge.current, null))
  }
  const undo = () => {
    start.current = null
    pending.current = null
    follow(edge.current, null)
    setNow(widthOf(edge.current))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && pending.current !== null) undo()
    const to = keyed(event, pending.current ?? widthOf(edge.current))
    if (to === null) return
    event.preventDefault()
    show(to)
  }
  return (
    <div
      ref={edge}
      className="edge"
      role="separator"
      aria-orientation="vertical"
      aria-label={`Width of ${name.slice(0, 60)}`}
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={Math.min(MOST, Math.max(LEAST, now))}
      aria-valuetext={`${now} px`}
      tabIndex={0}
      onPointerDown={(event: PointerEvent) => {
        if (event.button !== 0) return
        edge.current?.setPointerCapture(event.pointerId)
        start.current = { x: event.clientX, px: widthOf(edge.current) }
      }}
      onPointerMove={({ clientX }) => start.current && show(start.current.px + clientX - start.current.x)}
      onPointerUp={settle}
      onPointerCancel={undo}
      onKeyDown={onKeyDown}
      onKeyUp={settle}
      onBlur={settle}
    />
  )
}

function keyed({ key, shiftKey }: KeyboardEvent, px: number): number | null {
  const step = shiftKey ? 5 * STEP : STEP
  const to: Record<string, number> = { ArrowLeft: px - step, ArrowRight: px + step, Home: LEAST, End: MOST }
  return to[key] ?? null
}

const headOf = (edge: Element | null) => edge?.closest('th') ?? null
const widthOf = (edge: Element | null) => headOf(edge)?.offsetWidth ?? LEAST

/** Has a column follow its edge without drawing the grid anew; null: as its classes say. */
function follow(edge: Element | null, px: number | null): void {
  const head = headOf(edge)
  const table = head?.closest('table')
  if (!head || !table) return
  for (const { cells } of table.rows) cells[head.cellIndex]?.toggleAttribute('data-following', px !== null)
  if (px === null) table.style.removeProperty('--following')
  else table.style.setProperty('--following', `${px}px`)
}
