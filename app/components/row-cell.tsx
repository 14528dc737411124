import { Form, useLocation } from '@remix-run/react'
import Layers from 'lucide-react/icons/chart-bar-decreasing'
import { stackLink } from '#app/lib/stack-link.ts'
import { fieldOf, withoutDeed } from '#app/lib/verdict-deeds.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { Link } from './link.tsx'
import { Pick } from './pick.tsx'
import { Prevalence } from './prevalence.tsx'
import { Value } from './value.tsx'
import { type Ruling, VerdictMark, VerdictShape, type VerdictWord } from './verdict-mark.tsx'

/** What a cell's value is, where it is one that is followed: on how many hosts, and what was decided about it. */
export type Known = { type: string; value: string; hosts: number; totalHosts: number; verdict: Ruling | null }

const WORDS: VerdictWord[] = ['benign', 'suspicious', 'malicious']

/** The forms behind the grid's verdict buttons, one for each word, so that a cell holds buttons alone. */
export function DecideForms() {
  const { pathname, search } = useLocation()
  if (!useMayWrite()) return null
  const next = withoutDeed(pathname + search)
  return [...WORDS, 'clear' as const].map((word) => (
    <Form key={word} id={`decide-${word}`} method="post" action="/verdicts" preventScrollReset>
      <input type="hidden" name="next" value={next} />
      {word === 'clear' ? (
        <input type="hidden" name="intent" value="clear" />
      ) : (
        <input type="hidden" name="verdict" value={word} />
      )}
    </Form>
  ))
}

type Cell = { artifact: string | null; column: string; text: string; known: Known | null; q: string | null }

/** A value of a row: as it is, on how many hosts it was seen, what was decided, and what can be done with it. */
export function Cell({ artifact, column, text, known, q }: Cell) {
  if (!text) return <span className="muted">empty</span>
  const common = known && (known.hosts > known.totalHosts * 0.1 || known.verdict?.verdict === 'benign')
  return (
    <span className={known ? `cell${common ? ' common' : ''}` : undefined}>
      {known?.verdict && <VerdictMark verdict={known.verdict} />}
      <span className="cut">
        <Value text={text} />
      </span>
      {known && (
        <span>
          <Badge known={known} />
        </span>
      )}
      <span className="pick mouse">
        <Pick column={column} value={text} mouse />
        <Link
          tabIndex={-1}
          aria-hidden="true"
          data-act="stack"
          to={stackLink({ artifact, columns: [column], q })}
          title="Stack this column"
        >
          <Layers aria-hidden="true" />
        </Link>
        {known && <Decide known={known} />}
      </span>
    </span>
  )
}

const Badge = ({ known: { type, value, hosts, totalHosts } }: { known: Known }) => (
  <Prevalence hosts={hosts} totalHosts={totalHosts} of={{ type, value }} />
)

function Decide({ known }: { known: Known }) {
  if (!useMayWrite()) return null
  const value = fieldOf(known)
  return (
    <>
      {WORDS.map((word) => (
        <button
          key={word}
          type="submit"
          form={`decide-${word}`}
          name="observable"
          value={value}
          data-act={word}
          tabIndex={-1}
          aria-hidden="true"
          title={`Decide ${word}`}
        >
          <VerdictShape verdict={word} />
        </button>
      ))}
      {known.verdict && (
        <button
          type="submit"
          form="decide-clear"
          name="observable"
          value={value}
          data-act="clear"
          tabIndex={-1}
          aria-hidden="true"
          title="Clear the verdict"
        >
          0
        </button>
      )}
    </>
  )
}
