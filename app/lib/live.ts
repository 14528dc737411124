import { useRevalidator } from '@remix-run/react'
import { useEffect } from 'react'

const EVERY_MS = 2000

/** Asks the server again every 2 s while something is under way and the tab is visible. */
export function useLive(underWay: boolean) {
  const { revalidate, state } = useRevalidator()
  useEffect(() => {
    if (!underWay || state !== 'idle') return
    const timer = setTimeout(() => {
      if (document.visibilityState === 'visible') revalidate()
    }, EVERY_MS)
    const onVisible = () => document.visibilityState === 'visible' && revalidate()
    document.addEventListener('visibilitychange', onVisible)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisible)
    }
  }, [underWay, state, revalidate])
}
