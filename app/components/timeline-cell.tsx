import { Notice } from './notice.tsx'
import { Prevalence } from './prevalence.tsx'
import { isCommon, type Known } from './row-cell.tsx'
import { Value } from './value.tsx'
import { VerdictMark } from './verdict-mark.tsx'

export type Cell = { column: string; text: string; known: Known | null }

/** A value among those an event is told by: what was decided about it, the value, and on how many hosts it was seen. */
export const EventCell = ({ cell: { column, text, known }, first }: { cell: Cell; first: boolean }) => (
  <>
    {!first && ' · '}
    <span
      className={known ? `${isCommon(known) ? 'common' : ''}${known.verdict ? ' marked' : ''}` || undefined : undefined}
      data-cell
      data-column={column || undefined}
      data-text={text}
      data-type={known?.type}
      data-value={known?.value}
    >
      {known?.verdict && <VerdictMark verdict={known.verdict} />}
      <Value text={text} path={false} />
      {known && (
        <>
          {' '}
          <Prevalence hosts={known.hosts} totalHosts={known.totalHosts} of={known} />
        </>
      )}
    </span>
  </>
)

/** Said where what is known of the values could not be looked up: a value without a mark may have one. */
export const MarksAway = () => (
  <Notice kind="warn" role="status">
    <b>What was decided about these values is not shown:</b> it cannot be looked up just now. The events are all here.
  </Notice>
)
