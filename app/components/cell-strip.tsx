import { type ReactNode, type RefObject, useEffect, useState } from 'react'
import { createPortal, flushSync } from 'react-dom'

type Cell = HTMLTableCellElement
type Table = RefObject<HTMLTableElement | null>
type Strips = {
  table: Table
  /** What a cell offers, by the line of the body and the column that it stands in. */
  of: (line: number, column: number) => ReactNode
}

/**
 * What can be done with a value, in the cell under the mouse and in the one under the cursor: a page has hundreds of cells,
 * and in all of them it would be two fifths of what the page weighs.
 */
export function CellStrips({ table, of }: Strips) {
  const cells = new Set([useHovered(table), useCursor(table)])
  return [...cells].map((cell, at) => {
    if (!cell?.isConnected) return null
    const offered = of((cell.parentElement as HTMLTableRowElement).sectionRowIndex, cell.cellIndex)
    // biome-ignore lint/suspicious/noArrayIndexKey: there are two at most, each drawn where it stands
    return offered && <Strip key={at} cell={cell} offered={offered} />
  })
}

const Strip = ({ cell, offered }: { cell: Cell; offered: ReactNode }) =>
  createPortal(
    <span className="pick mouse" aria-hidden="true">
      {offered}
    </span>,
    cell,
  )

function useHovered(table: Table) {
  const [hovered, hover] = useState<Cell | null>(null)
  useEffect(() => {
    const box = table.current
    const over = ({ target }: Event) => hover(cellOf(target))
    const leave = () => hover(null)
    box?.addEventListener('pointerover', over)
    box?.addEventListener('pointerleave', leave)
    return () => {
      box?.removeEventListener('pointerover', over)
      box?.removeEventListener('pointerleave', leave)
    }
  }, [table])
  return hovered
}

function useCursor(table: Table) {
  const [cell, follow] = useState<Cell | null>(null)
  useEffect(() => {
    const box = table.current
    if (!box) return
    const marked = () => cellOf(box.querySelector('[data-cursor="cell"]'))
    follow(marked())
    // At once: the next key may be for what is offered there.
    const watcher = new MutationObserver(() => flushSync(() => follow(marked())))
    watcher.observe(box, { subtree: true, attributes: true, attributeFilter: ['data-cursor'] })
    return () => watcher.disconnect()
  }, [table])
  return cell
}

const cellOf = (target: EventTarget | null) => (target instanceof Element ? target.closest<Cell>('tbody td') : null)
