import { Form, useLocation } from '@remix-run/react'
import type { Observed } from '#app/lib/observable-link.ts'
import { fieldOf, withoutDeed } from '#app/lib/verdict-deeds.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { VerdictShape, type VerdictWord } from './verdict-mark.tsx'

const WORDS: VerdictWord[] = ['benign', 'suspicious', 'malicious']

/** Buttons that decide about values at once, on all hosts and without an end; `standing`: there is something to clear. */
export function VerdictActs({ of, standing }: { of: Observed[]; standing?: boolean }) {
  const { pathname, search } = useLocation()
  const mayWrite = useMayWrite()
  if (!mayWrite || of.length === 0) return null
  return (
    <Form method="post" action="/verdicts" className="verbs" preventScrollReset>
      {of.map((one) => (
        <input key={fieldOf(one)} type="hidden" name="observable" value={fieldOf(one)} />
      ))}
      <input type="hidden" name="next" value={withoutDeed(pathname + search)} />
      {WORDS.map((word, at) => (
        <button
          key={word}
          type="submit"
          className="btn quiet icon"
          name="verdict"
          value={word}
          data-act={word}
          aria-label={`Decide ${word}`}
          title={`${word} (${at + 1})`}
        >
          <VerdictShape verdict={word} />
        </button>
      ))}
      {standing && (
        <button type="submit" className="btn quiet" name="intent" value="clear" data-act="clear" title="Clear (0)">
          Clear
        </button>
      )}
    </Form>
  )
}
