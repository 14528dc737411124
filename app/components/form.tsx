import { useActionData, useLocation, useNavigation } from '@remix-run/react'
import { type ReactNode, useEffect, useRef } from 'react'
import { CircleAlert } from '#app/components/icons.tsx'
import type { Refusal } from '#app/lib/api.server.ts'
import type { Field } from '#app/lib/fields.server.ts'
import { FieldLine } from './field.tsx'
import { Link } from './link.tsx'
import { PostForm } from './post-form.tsx'

type SchemaFormProps = {
  fields: Field[]
  submit: string
  /** What did not happen, when the server refuses: "The host was not added." */
  failed: string
  /** Tells the forms of one page apart; sent with the form. */
  intent?: string
  values?: Record<string, string | null>
  cancel?: string
  tall?: true
  /** One of several forms of a page: none of them is the primary one. */
  plain?: true
  children?: ReactNode
}

/** A POST form drawn from `fieldsOf(schema)`; works before, and without, JavaScript. */
export function SchemaForm({
  fields,
  submit,
  failed,
  intent = '',
  values = {},
  cancel,
  tall,
  plain,
  children,
}: SchemaFormProps) {
  const refusal = useRefusal(intent)
  const busy = useSubmitting(intent)
  // Each answer draws the form anew: what was typed before, passwords first of all, is gone.
  const { key } = useLocation()
  const idPrefix = intent ? `${intent}-` : 'field-'
  return (
    <PostForm key={key} className={tall ? 'form tall' : 'form'} noValidate={Boolean(refusal)}>
      {refusal && <Summary refusal={refusal} failed={failed} fields={fields} idPrefix={idPrefix} />}
      {intent && <input type="hidden" name="intent" value={intent} />}
      {children}
      {fields.map((field) => (
        <FieldLine
          key={field.name}
          field={field}
          idPrefix={idPrefix}
          value={refusal?.values[field.name] ?? values[field.name] ?? ''}
          error={refusal?.fields[field.name]}
        />
      ))}
      <div className="f act">
        <div>
          <button type="submit" className={plain ? 'btn' : 'btn primary'} aria-busy={busy || undefined}>
            {submit}
          </button>
          {cancel && (
            <Link className="btn quiet" to={cancel}>
              Cancel
            </Link>
          )}
        </div>
      </div>
    </PostForm>
  )
}

/** What the server refused of the form called `intent`; nothing when it was another form of the page. */
export function useRefusal(intent = ''): Refusal | null {
  const answer = useActionData() as Partial<Refusal> | undefined
  if (!answer?.fields || !answer.values || (answer.intent ?? '') !== intent) return null
  return answer as Refusal
}

/** Whether the form called `intent` is on its way. */
export function useSubmitting(intent = '') {
  const { state, formData } = useNavigation()
  return state !== 'idle' && formData !== undefined && (formData.get('intent') ?? '') === intent
}

type SummaryProps = { refusal: Refusal; failed: string; fields: Field[]; idPrefix: string }

/** Takes focus when the server refuses a form, says why, and leads to each field. */
function Summary({ refusal, failed, fields, idPrefix }: SummaryProps) {
  const box = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new refusal takes focus again
  useEffect(() => {
    box.current?.focus()
  }, [refusal])
  const wrong = fields.filter((field) => refusal.fields[field.name])
  const own = refusal.fields[''] ?? ''
  const count = wrong.length === 1 ? 'One field needs' : `${wrong.length} fields need`
  return (
    <div className="note bad" role="alert" tabIndex={-1} ref={box}>
      <CircleAlert aria-hidden="true" />
      <div>
        <b>{failed}</b> {own && !wrong.some((field) => refusal.fields[field.name] === own) && `${own} `}
        {wrong.length > 0 && `${count} attention: `}
        {wrong.map((field, at) => (
          <span key={field.name}>
            {at > 0 && ', '}
            <a className="num" href={`#${idPrefix}${field.name}`}>
              {field.title}
            </a>
          </span>
        ))}
        {wrong.length > 0 && '.'}
      </div>
    </div>
  )
}
