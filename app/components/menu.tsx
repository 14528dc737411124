import { useLocation } from '@remix-run/react'
import { type ReactNode, useEffect, useLayoutEffect, useRef } from 'react'

// With the page it belongs to, not some time after: what is opened right then stays open. A server has no layout.
const useAtOnce = typeof document === 'undefined' ? useEffect : useLayoutEffect

type Popover = {
  label: ReactNode
  button: string
  children: ReactNode
  className?: string
  name?: string
  open?: boolean
  /** What the keyboard knows the button as. */
  act?: string
}

/** A float behind a button. It is a details element, so it opens without JavaScript; with it, Escape closes it. */
export function Popover({ label, button, children, className = '', name, open = false, act }: Popover) {
  const box = useClosing(open)
  return (
    <details className={`pop ${className}`} ref={box} open={open}>
      <summary className={button} aria-label={name} data-act={act}>
        {label}
      </summary>
      <div className="float">{children}</div>
    </details>
  )
}

/** Closes a details element on Escape, on a click outside, and after a navigation, unless that one says `open`. */
export function useClosing(open = false) {
  const box = useRef<HTMLDetailsElement>(null)
  const { key } = useLocation()
  // Each navigation closes the menu it started from.
  useAtOnce(() => {
    if (box.current) box.current.open = open
  }, [key, open])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || !box.current?.open) return
      const held = box.current.contains(document.activeElement)
      box.current.open = false
      if (held) box.current.querySelector('summary')?.focus()
    }
    const onPointer = (event: PointerEvent) => {
      if (box.current?.open && !box.current.contains(event.target as Node)) box.current.open = false
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('pointerdown', onPointer)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('pointerdown', onPointer)
    }
  }, [])
  return box
}
