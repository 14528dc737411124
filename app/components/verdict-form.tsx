import { useLocation } from '@remix-run/react'
import type { ReactNode } from 'react'
import { ChevronDown } from '#app/components/icons.tsx'
import { counted } from '#app/lib/format.ts'
import type { Observed } from '#app/lib/observable-link.ts'
import { fieldOf, withoutDeed } from '#app/lib/verdict-deeds.ts'
import { PostForm } from './post-form.tsx'
import { VerdictShape, type VerdictWord } from './verdict-mark.tsx'

export type Choices = { hosts?: { id: number; hostname: string }[]; labels?: string[]; parents?: string[] }
type Props = {
  of: Observed[]
  /** Which change of the value's decisions is on this page; others since are told instead of overwritten. */
  version?: number
  hasShape: boolean
  choices: Choices
  values?: Record<string, string>
  errors?: Record<string, string>
  next?: string
}

const WORDS: VerdictWord[] = ['benign', 'suspicious', 'malicious']
const SPANS = [
  ['', 'no end'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'a year'],
] as const

/** Decides about values: where it holds, why, until when. Works without JavaScript; what was typed comes back when refused. */
export function VerdictForm({ of, version, hasShape, choices, values = {}, errors = {}, next }: Props) {
  const { pathname, search } = useLocation()
  const { hosts = [], labels = [], parents = [] } = choices
  return (
    <PostForm action="/verdicts" className="decide" aria-label="Decide">
      {of.map((one) => (
        <input key={fieldOf(one)} type="hidden" name="observable" value={fieldOf(one)} />
      ))}
      {version !== undefined && <input type="hidden" name="version" value={version} />}
      <input type="hidden" name="next" value={next ?? withoutDeed(pathname + search)} />
      <Line title="Holds" error={errors.scope}>
        <Select name="scope" value={values.scope}>
          <option value="all">on all hosts</option>
          {hasShape && <option value="shape">on every value of its shape</option>}
          {labels.length > 0 && <option value="label">on hosts with a label</option>}
          <option value="host">on one host</option>
          <option value="parent">under one parent process</option>
        </Select>
      </Line>
      {labels.length > 0 && (
        <Line title="Label" error={values.scope === 'label' ? errors.scopeValue : undefined}>
          <Select name="label" value={values.label}>
            {labels.map((label) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
          </Select>
        </Line>
      )}
      {hosts.length > 0 && (
        <Line title="Host" error={values.scope === 'host' ? errors.scopeValue : undefined}>
          <Select name="host" value={values.host}>
            {hosts.map(({ id, hostname }) => (
              <option key={id} value={id}>
                {hostname}
              </option>
            ))}
          </Select>
        </Line>
      )}
      <Line title="Parent" error={values.scope === 'parent' ? errors.scopeValue : undefined}>
        <input
          className="field mono"
          name="parent"
          maxLength={1024}
          defaultValue={values.parent}
          list="parents"
          placeholder="services.exe"
          autoComplete="off"
          spellCheck={false}
        />
        <datalist id="parents">
          {parents.map((parent) => (
            <option key={parent} value={parent} />
          ))}
        </datalist>
      </Line>
      <Line title="Until" error={errors.expiresAt}>
        <Select name="days" value={values.days}>
          {SPANS.map(([days, title]) => (
            <option key={days} value={days}>
              {title}
            </option>
          ))}
        </Select>
      </Line>
      <Line title="Reason" error={errors.reason}>
        <input className="field" name="reason" maxLength={1000} defaultValue={values.reason} autoComplete="off" />
      </Line>
      <div className="acts">
        {WORDS.map((word, at) => (
          <button
            key={word}
            type="submit"
            className="btn"
            name="verdict"
            value={word}
            data-act={word}
            title={`Decide ${counted(of.length, 'value')} (${at + 1})`}
          >
            <VerdictShape verdict={word} />
            {word[0]!.toUpperCase() + word.slice(1)}
            <kbd>{at + 1}</kbd>
          </button>
        ))}
      </div>
    </PostForm>
  )
}

const Line = ({ title, error, children }: { title: string; error?: string | undefined; children: ReactNode }) => (
  // biome-ignore lint/a11y/noLabelWithoutControl: the control is its child
  <label>
    <span>{title}</span>
    <span className="min-w-0">
      {children}
      {error && (
        <span className="err" role="alert">
          {error}
        </span>
      )}
    </span>
  </label>
)

const Select = ({ name, value, children }: { name: string; value?: string | undefined; children: ReactNode }) => (
  <span className="select">
    <select className="field" name={name} defaultValue={value}>
      {children}
    </select>
    <ChevronDown aria-hidden="true" />
  </span>
)
