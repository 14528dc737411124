import { type RefObject, useEffect, useRef, useState } from 'react'
import { ChevronDown } from '#app/components/icons.tsx'
import { VerdictShape, type VerdictWord } from '#app/components/verdict-mark.tsx'
import { counted } from '#app/lib/format.ts'
import type { Stack, StackList } from './stack-data.ts'

const WORDS: VerdictWord[] = ['benign', 'suspicious', 'malicious']
const SPANS = [
  ['', 'no end'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
] as const

/** Decides about the ticked lines at once: where it holds, until when, why. The count is told where scripts run. */
export function DecideBar({ found, list }: { found: Stack; list: StackList }) {
  const bar = useRef<HTMLFieldSetElement>(null)
  const ticked = useTicked(bar)
  const shaped = found.lines.some(({ observable }) => observable?.shape)
  return (
    <fieldset ref={bar} className="decide-bar">
      <legend className="sr-only">Decide about the ticked lines</legend>
      <b className="nw">{ticked === null ? 'Decide the ticked lines' : `Decide ${counted(ticked, 'value')}`}</b>
      {WORDS.map((word, at) => (
        <button key={word} type="submit" className="btn" name="verdict" value={word} data-act={word}>
          <VerdictShape verdict={word} />
          {word[0]!.toUpperCase() + word.slice(1)}
          <span aria-hidden="true">
            <kbd>{at + 1}</kbd>
          </span>
        </button>
      ))}
      <button type="submit" className="btn quiet" name="intent" value="clear" data-act="clear">
        Clear
        <span aria-hidden="true">
          <kbd>0</kbd>
        </span>
      </button>
      <label>
        <span className="sr-only">Holds</span>
        <span className="select">
          <select className="field" name="scope" defaultValue={list.shape && shaped ? 'shape' : 'all'}>
            <option value="all">on all hosts</option>
            {shaped && <option value="shape">on every value of its shape</option>}
            {found.labels.length > 0 && <option value="label">on hosts with the label</option>}
          </select>
          <ChevronDown aria-hidden="true" />
        </span>
      </label>
      {found.labels.length > 0 && (
        <label>
          <span className="sr-only">Label</span>
          <span className="select">
            <select className="field" name="label" defaultValue={list.label}>
              {found.labels.map(({ label }) => (
                <option key={label} value={label}>
                  {label}
                </option>
              ))}
            </select>
            <ChevronDown aria-hidden="true" />
          </span>
        </label>
      )}
      <label>
        <span className="sr-only">Until</span>
        <span className="select">
          <select className="field" name="days">
            {SPANS.map(([days, title]) => (
              <option key={days} value={days}>
                {title}
              </option>
            ))}
          </select>
          <ChevronDown aria-hidden="true" />
        </span>
      </label>
      <label className="grow">
        <span className="sr-only">Reason</span>
        <input
          className="field"
          name="reason"
          maxLength={1000}
          placeholder="Reason, kept with the decision"
          autoComplete="off"
        />
      </label>
      {found.columns.length > 1 && found.decides && <span className="muted">{`decides ${found.decides}`}</span>}
    </fieldset>
  )
}

/** How many lines are ticked; null until scripts run. */
function useTicked(bar: RefObject<HTMLFieldSetElement>): number | null {
  const [ticked, setTicked] = useState<number | null>(null)
  useEffect(() => {
    const form = bar.current?.form
    const count = () => setTicked(form?.querySelectorAll('input[name="observable"]:checked').length ?? 0)
    count()
    form?.addEventListener('change', count)
    return () => form?.removeEventListener('change', count)
  }, [bar])
  return ticked
}
