import { CircleAlert } from '#app/components/icons.tsx'
import { ACTS, keysOf } from '#app/lib/keys.ts'
import type { Viewer } from '#app/lib/viewer.ts'
import { useRefusal } from './form.tsx'
import { Notice } from './notice.tsx'
import { SectionHead } from './page-head.tsx'
import { PostForm } from './post-form.tsx'

const GROUPS = [...new Set(ACTS.map(({ group }) => group))]

/** Which key does what: one field for each act, and a switch for all of them. */
export function KeysForm({ viewer }: { viewer: Viewer }) {
  const refusal = useRefusal('shortcuts')
  const map = keysOf(viewer.keys)
  const on = refusal ? refusal.values.on === 'yes' : viewer.keysOn
  return (
    <section id="keys" className="keys-form">
      <SectionHead
        title="Keys"
        about="One character, Space, Enter or Escape; or two with a space between. Empty for none."
      />
      {refusal && (
        <Notice kind="bad" role="alert">
          <b>The keys were not saved.</b> {refusal.fields['']}
        </Notice>
      )}
      <PostForm action="/profile" key={JSON.stringify([viewer.keys, viewer.keysOn])}>
        <input type="hidden" name="intent" value="shortcuts" />
        <label className="check pb-2">
          <input className="box" type="checkbox" name="on" value="yes" defaultChecked={on} />
          Single keys do something; Ctrl K and the arrows of a field always do
        </label>
        <div className="key-fields">
          {GROUPS.map((group) => (
            <fieldset key={group}>
              <legend className="label">{group}</legend>
              {ACTS.filter((act) => act.group === group).map(({ name, title }) => (
                <KeyField
                  key={name}
                  name={name}
                  title={title}
                  value={refusal?.values[name] ?? map[name] ?? ''}
                  error={refusal?.fields[`acts.${name}`] ?? refusal?.fields[name]}
                />
              ))}
            </fieldset>
          ))}
        </div>
        <div className="acts">
          <button type="submit" className="btn">
            Save keys
          </button>
          <button type="submit" className="btn quiet" name="as" value="came">
            Take the keys we come with
          </button>
        </div>
      </PostForm>
    </section>
  )
}

type KeyFieldProps = { name: string; title: string; value: string; error: string | undefined }

const KeyField = ({ name, title, value, error }: KeyFieldProps) => (
  <div className="key-field">
    <label htmlFor={`do-${name}`}>{title}</label>
    <input
      id={`do-${name}`}
      className="field mono"
      name={name}
      defaultValue={value}
      maxLength={40}
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      aria-invalid={error ? true : undefined}
      aria-describedby={error ? `do-${name}-error` : undefined}
    />
    {error && (
      <p className="err" id={`do-${name}-error`}>
        <CircleAlert aria-hidden="true" />
        {error}
      </p>
    )}
  </div>
)
