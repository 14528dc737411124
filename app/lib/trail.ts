import { viewAddress, viewTitle } from './view-address.ts'

export type Step = { address: string; title: string }
type Owner = { tenantId: number; accountId: number }

const MOST = 30
const nameFor = ({ tenantId, accountId }: Owner) => `trail-${tenantId}-${accountId}`

/** The steps so far, the oldest first. They live in this tab only. */
export function stepsOf(owner: Owner): Step[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(nameFor(owner)) ?? '[]')
    return Array.isArray(kept) ? kept.filter(isStep) : []
  } catch {
    return [] // storage is denied, or holds what is none of ours
  }
}

const isStep = (kept: unknown): kept is Step =>
  typeof kept === 'object' &&
  kept !== null &&
  'address' in kept &&
  typeof kept.address === 'string' &&
  kept.address.startsWith('/') &&
  'title' in kept &&
  typeof kept.title === 'string'

/**
 * Adds where one is. Coming back to a step forgets those after it; another page or preview of the same view is no step of
 * its own; a screen without a question begins anew.
 */
export function walk(owner: Owner, at: { pathname: string; search: string; pageTitle: string }): Step[] {
  const address = viewAddress(at.pathname + at.search)
  const before = stepsOf(owner)
  if (!address) return before
  const here = { address, title: viewTitle(address) ?? at.pageTitle }
  const known = before.findIndex((step) => step.address === address)
  const kept = known >= 0 ? before.slice(0, known) : address.includes('?') || /\/\d/.test(address) ? before : []
  const steps = [...kept, here].slice(-MOST)
  try {
    sessionStorage.setItem(nameFor(owner), JSON.stringify(steps))
  } catch {
    // Without storage the browser's own way back remains.
  }
  return steps
}

/** The step before the one that stands last; null at the first. */
export const stepBefore = (owner: Owner): Step | null => {
  const steps = stepsOf(owner)
  const here = viewAddress(window.location.pathname + window.location.search)
  const last = steps.at(-1)
  return (last && last.address === here ? steps.at(-2) : last) ?? null
}
