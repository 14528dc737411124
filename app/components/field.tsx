import { ChevronDown, CircleAlert } from '#app/components/icons.tsx'
import type { Field } from '#app/lib/fields.server.ts'

type Props = { field: Field; value: string; error: string | undefined; idPrefix: string }

/** One line of a form: label, control, and a hint or an error that the control is described by. */
export function FieldLine({ field, value, error, idPrefix }: Props) {
  const id = `${idPrefix}${field.name}`
  return (
    <div className="f">
      <label htmlFor={id}>
        {field.title} {!field.required && <span className="muted">optional</span>}
      </label>
      <div className="control">
        <Control id={id} field={field} value={value} error={error} />
      </div>
      {error && (
        <p className="err" id={`${id}-error`}>
          <CircleAlert aria-hidden="true" />
          {error}
        </p>
      )}
      {field.hint && (
        <p className="hint" id={`${id}-hint`}>
          {field.hint}
        </p>
      )}
    </div>
  )
}

function Control({ id, field, value, error }: { id: string; field: Field; value: string; error: string | undefined }) {
  const { name, kind, required, maxLength, autoComplete = 'off', mono, choices = [] } = field
  const described = [error && `${id}-error`, field.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined
  const shared = {
    id,
    name,
    required,
    className: mono ? 'field mono' : 'field',
    'aria-invalid': error ? true : undefined,
    'aria-describedby': described,
  }
  if (kind === 'choice') {
    return (
      <span className="select">
        <select {...shared} defaultValue={value}>
          {choices.map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.title}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden="true" />
      </span>
    )
  }
  if (kind === 'long') return <textarea {...shared} rows={4} maxLength={maxLength} defaultValue={value} />
  const text = { maxLength, autoComplete, spellCheck: false, autoCapitalize: 'none' as const, defaultValue: value }
  return <input {...shared} {...text} type={kind} />
}
