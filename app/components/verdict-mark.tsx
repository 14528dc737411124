import type { ReactNode } from 'react'

export type VerdictWord = 'benign' | 'suspicious' | 'malicious'
export type Ruling = {
  verdict: VerdictWord
  scope: 'all' | 'label' | 'host' | 'parent' | 'shape'
  scope_value: string
  reason?: string
  owner_name?: string
  partial?: boolean
}

const inner = { fill: 'none', stroke: 'var(--surface)', strokeWidth: 1.5 }
// Filled shapes are verdicts, told apart without colour: a circle with a tick, a triangle, a square with a cross.
const SHAPES: Record<VerdictWord | 'undecided', ReactNode> = {
  benign: (
    <>
      <circle cx="7" cy="7" r="6" fill="currentColor" />
      <path d="m4.25 7.25 2 2 3.5-4" {...inner} />
    </>
  ),
  suspicious: (
    <>
      <path d="M7 1 13.5 13H.5z" fill="currentColor" />
      <path d="M7 5.25v3.5M7 10.25v1.25" {...inner} />
    </>
  ),
  malicious: (
    <>
      <rect x="1" y="1" width="12" height="12" rx="1" fill="currentColor" />
      <path d="m4.25 4.25 5.5 5.5m0-5.5-5.5 5.5" {...inner} />
    </>
  ),
  undecided: <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.25" />,
}

/** Where a verdict holds, in words: "on hosts labelled servers". */
export function scopeWords({
  scope,
  scope_value,
  scope_name,
}: Pick<Ruling, 'scope' | 'scope_value'> & { scope_name?: string }) {
  const name = scope_name ?? scope_value
  if (scope === 'label') return `on hosts labelled ${name}`
  if (scope === 'host') return scope_name ? `on ${name}` : `on host ${name}`
  if (scope === 'parent') return `when started by ${name}`
  return scope === 'shape' ? 'on every value of its shape' : 'on all hosts'
}

/** A verdict in a margin or beside a value: a shape with an accessible name; nothing decided is an empty ring. */
export function VerdictMark({ verdict, ring }: { verdict: Ruling | null; ring?: true }) {
  if (!verdict && !ring) return null
  const kind = verdict?.verdict ?? 'undecided'
  const name = verdict ? `${verdict.verdict} ${scopeWords(verdict)}` : 'undecided'
  return (
    <svg className={`v v-${kind}${verdict?.partial ? ' partly' : ''}`} viewBox="0 0 14 14" role="img" aria-label={name}>
      <title>{verdict?.reason ? `${name}: ${verdict.reason}` : name}</title>
      {SHAPES[kind]}
    </svg>
  )
}

/** The shape alone, where a word or a name stands with it. */
export const VerdictShape = ({ verdict }: { verdict: VerdictWord }) => (
  <svg className={`v v-${verdict}`} viewBox="0 0 14 14" aria-hidden="true">
    {SHAPES[verdict]}
  </svg>
)

/** The same with its word. */
export const VerdictName = ({ verdict }: { verdict: VerdictWord }) => (
  <span className={`state v-${verdict}`}>
    <VerdictShape verdict={verdict} />
    <b className={`v-${verdict}`}>{verdict}</b>
  </span>
)
