import { useLocation } from '@remix-run/react'
import { termOf } from '#app/lib/query-text.ts'
import { fieldOf, withoutDeed } from '#app/lib/verdict-deeds.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { Link } from './link.tsx'
import { PostForm } from './post-form.tsx'
import { Prevalence } from './prevalence.tsx'
import { Value } from './value.tsx'
import { type Ruling, VerdictMark, type VerdictWord } from './verdict-mark.tsx'

/** What a cell's value is, where it is one that is followed: on how many hosts, and what was decided about it. */
export type Known = { type: string; value: string; hosts: number; totalHosts: number; verdict: Ruling | null }

const WORDS: VerdictWord[] = ['benign', 'suspicious', 'malicious']

/** The forms behind the grid's verdict buttons, one for each word, so that a cell holds buttons alone. */
export function DecideForms() {
  const { pathname, search } = useLocation()
  if (!useMayWrite()) return null
  const next = withoutDeed(pathname + search)
  return [...WORDS, 'clear' as const].map((word) => (
    <PostForm key={word} id={`decide-${word}`} action="/verdicts" preventScrollReset>
      <input type="hidden" name="next" value={next} />
      {word === 'clear' ? (
        <input type="hidden" name="intent" value="clear" />
      ) : (
        <input type="hidden" name="verdict" value={word} />
      )}
    </PostForm>
  ))
}

/** The address of the rows that have a term, or have it not; made once for a grid, whose cells are many. */
export type Narrow = (term: string, how: 'only' | 'not') => string

type Cell = { text: string; known: Known | null }
type Offered = Cell & { column: string; narrow: Narrow; mayWrite: boolean }

/** Whether a value may stand back behind others: many hosts have it, or it was decided to be benign. */
export const isCommon = ({ hosts, totalHosts, verdict }: Known) =>
  hosts > totalHosts * 0.1 || verdict?.verdict === 'benign'

/** A value of a row: as it is, on how many hosts it was seen, and what was decided. */
export function Cell({ text, known }: Cell) {
  if (!text) return <span className="muted">empty</span>
  if (!known) return <Value text={text} />
  return (
    <span className={isCommon(known) ? 'cell common' : 'cell'}>
      {known.verdict && <VerdictMark verdict={known.verdict} />}
      <Value text={text} />
      <Prevalence hosts={known.hosts} totalHosts={known.totalHosts} of={known} />
    </span>
  )
}

/** What can be done with a value, for the mouse and the keys; the row's own page and its preview offer the same by name. */
export function CellDeeds({ column, text, known, narrow, mayWrite }: Offered) {
  const term = termOf(column, text)
  const decides = known && mayWrite ? fieldOf(known) : null
  return (
    <>
      {term && (
        <>
          <Link tabIndex={-1} data-act="include" to={narrow(term, 'only')} title="Only with this">
            +
          </Link>
          <Link tabIndex={-1} data-act="exclude" to={narrow(term, 'not')} title="Only without this">
            −
          </Link>
        </>
      )}
      {decides &&
        WORDS.map((word, at) => (
          <button key={word} {...deciding(word, decides)} className={`v-${word}`} title={`Decide ${word}`}>
            {at + 1}
          </button>
        ))}
      {decides && known?.verdict && (
        <button {...deciding('clear', decides)} title="Clear the verdict">
          0
        </button>
      )}
    </>
  )
}

/** The acts that CellDeeds offers for some value of a page, where these of them are known. */
export function actsOn(known: Record<string, Known>, mayWrite: boolean): string[] {
  const followed = mayWrite ? Object.values(known) : []
  const clears = followed.some(({ verdict }) => verdict) ? ['clear'] : []
  return ['include', 'exclude', ...(followed.length > 0 ? WORDS : []), ...clears]
}

const deciding = (word: VerdictWord | 'clear', value: string) =>
  ({ type: 'submit', form: `decide-${word}`, name: 'observable', value, 'data-act': word, tabIndex: -1 }) as const
