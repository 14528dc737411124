import { bytes, duration, number } from '#app/lib/format.ts'
import { Bar } from './upload-form.tsx'

export type Loading = {
  id: number
  state: string
  bytes: number
  progress_pct: number | null
  phase: 'reading' | 'checking' | 'storing' | 'deriving' | null
  rows_per_second: number | null
  seconds_left: number | null
}

const PHASES = {
  reading: 'Reading',
  checking: 'Finding hosts and repeats',
  storing: 'Storing',
  deriving: 'Finding values',
} as const

/** How far a load is: what it does, how fast, and what is left at that pace. Nothing is said that was not measured. */
export function LoadProgress({ batch }: { batch: Loading }) {
  const { state, progress_pct: pct } = batch
  if (state !== 'loading' || pct === null) return null
  return (
    <span className="loading">
      <Bar pct={pct} name={`Loading delivery ${batch.id}`} />
      <span className="label">{progressText(batch)}</span>
    </span>
  )
}

/** "Storing: 48,200 rows/s, 34 MB of 561 MB, 12 s left" */
export function progressText({ bytes: whole, progress_pct, phase, rows_per_second, seconds_left }: Loading): string {
  const parts = [
    rows_per_second === null ? null : `${number(rows_per_second)} rows/s`,
    progress_pct === null ? null : `${bytes((whole * progress_pct) / 100)} of ${bytes(whole)}`,
    seconds_left === null ? null : `${duration(seconds_left * 1000)} left`,
  ].filter((part) => part !== null)
  return `${phase ? PHASES[phase] : 'Loading'}: ${parts.join(', ')}`
}
