import { useRevalidator } from '@remix-run/react'
import { useEffect } from 'react'

const EVERY_MS = 2000

/** Asks the server again every 2 s while something is under way, the tab is visible, and the server is there. */
export function useLive(underWay: boolean) {
  const { revalidate, state } = useRevalidator()
  useEffect(() => {
    if (!underWay || state !== 'idle') return
    let timer: ReturnType<typeof setTimeout>
    let over = false
    const ask = async () => {
      clearTimeout(timer)
      const there = document.visibilityState === 'visible' && (await isThere())
      if (over) return
      if (there) revalidate()
      else timer = setTimeout(ask, EVERY_MS)
    }
    timer = setTimeout(ask, EVERY_MS)
    const onVisible = () => document.visibilityState === 'visible' && ask()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      over = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [underWay, state, revalidate])
}

/** A page that is loaded anew while nobody answers would give way to its error. */
const isThere = () =>
  fetch('/health').then(
    ({ ok }) => ok,
    () => false,
  )
