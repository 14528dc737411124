import { useRevalidator } from '@remix-run/react'
import { useEffect } from 'react'
import { useViewer } from './viewer.ts'

const EVERY_MS = 1000
// Where no value is shown there is nothing that a verdict could change.
const SHOWN = '.prev, [data-verdicts], [data-type][data-value]'

/** Asks once a second, while the tab is visible and shows values, whether anybody has decided, and if so loads the page anew. */
export function useVerdictsLive() {
  const known = useViewer()?.verdictRevision
  const { revalidate, state } = useRevalidator()
  useEffect(() => {
    if (known === undefined || state !== 'idle') return
    let timer: ReturnType<typeof setTimeout>
    let over = false
    const ask = async () => {
      const visible = document.visibilityState === 'visible' && document.querySelector(SHOWN)
      const revision = visible ? await revisionNow() : null
      if (over) return
      if (revision !== null && revision !== known) revalidate()
      // Only after the answer: a server that is slow is not asked faster than it answers.
      else timer = setTimeout(ask, EVERY_MS)
    }
    timer = setTimeout(ask, EVERY_MS)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [known, state, revalidate])
}

/** How often verdicts have changed; null while the server does not say. */
async function revisionNow(): Promise<number | null> {
  try {
    const answer = await fetch('/verdicts/revision', { headers: { accept: 'application/json' } })
    return answer.ok ? ((await answer.json()) as { revision: number }).revision : null
  } catch {
    return null
  }
}
