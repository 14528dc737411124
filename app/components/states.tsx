import type { ReactNode } from 'react'

export type BatchState = 'receiving' | 'needs_artifact' | 'spooled' | 'loading' | 'done' | 'failed'

type Look = { word: string; tone: 'open' | 'quiet' | 'bad'; shape: ReactNode }

const ring = <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.25" />

// Outlined: a filled shape would be a verdict. What is under way is accent, what is settled is quiet.
const LOOKS: Record<BatchState, Look> = {
  receiving: {
    word: 'receiving',
    tone: 'open',
    shape: (
      <circle cx="7" cy="7" r="5.25" fill="none" stroke="currentColor" strokeWidth="1.25" strokeDasharray="2.2 2" />
    ),
  },
  needs_artifact: { word: 'needs a name', tone: 'open', shape: ring },
  spooled: { word: 'waiting', tone: 'open', shape: ring },
  loading: {
    word: 'loading',
    tone: 'open',
    shape: (
      <>
        {ring}
        <path d="M7 7V1.75A5.25 5.25 0 0 1 7 12.25z" fill="currentColor" />
      </>
    ),
  },
  done: {
    word: 'done',
    tone: 'quiet',
    shape: (
      <>
        {ring}
        <path d="m4.5 7.25 1.75 1.75L9.75 5.25" fill="none" stroke="currentColor" strokeWidth="1.25" />
      </>
    ),
  },
  failed: {
    word: 'failed',
    tone: 'bad',
    shape: (
      <path d="M2 2h10v10H2zM4.75 4.75l4.5 4.5m0-4.5-4.5 4.5" fill="none" stroke="currentColor" strokeWidth="1.25" />
    ),
  },
}

/** A delivery's state in a margin: a shape with an accessible name. */
export function StateMark({ state }: { state: BatchState }) {
  const { word, tone, shape } = LOOKS[state]
  return (
    <svg className={`v v-${tone}`} viewBox="0 0 14 14" role="img" aria-label={word}>
      <title>{word}</title>
      {shape}
    </svg>
  )
}

/** The same with its word. */
export function StateWord({ state }: { state: BatchState }) {
  const { word, tone, shape } = LOOKS[state]
  return (
    <span className={`state ${tone}`}>
      <svg className={`v-${tone}`} viewBox="0 0 14 14" aria-hidden="true">
        {shape}
      </svg>
      {word}
    </span>
  )
}

/** Whether something is in use, at rest or ended, in a margin: a ring with a dot, a ring, a struck ring. */
export const LifeMark = ({ life, name }: { life: 'used' | 'rests' | 'ended'; name: string }) => (
  <svg className="v v-quiet" viewBox="0 0 14 14" role="img" aria-label={name}>
    <title>{name}</title>
    {ring}
    {life === 'used' && <circle cx="7" cy="7" r="2" fill="currentColor" />}
    {life === 'ended' && <path d="m3.5 10.5 7-7" stroke="currentColor" strokeWidth="1.25" />}
  </svg>
)

/** What a delivery's state is called, and how it is inked. */
export const stateWord = (state: BatchState) => LOOKS[state].word
export const stateTone = (state: BatchState) => LOOKS[state].tone

/** Whether a delivery still changes by itself. */
export const isUnderWay = (state: BatchState) => state === 'receiving' || state === 'spooled' || state === 'loading'
