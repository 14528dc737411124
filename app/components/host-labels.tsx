import { CircleAlert, X } from '#app/components/icons.tsx'
import type { Times } from '#app/lib/times.ts'
import { useTimes } from '#app/lib/viewer.ts'
import { useRefusal } from './form.tsx'
import { SectionHead } from './page-head.tsx'
import { PostForm } from './post-form.tsx'
import { Value } from './value.tsx'

export type Label = { label: string; reported_at: Date | null; added_at: Date | null; added_by: string | null }
type Props = { labels: Label[]; mayWrite: boolean }

/** The labels of a host: reported by Velociraptor or given by people, who may add and take away. */
export const HostLabels = ({ labels, mayWrite }: Props) => (
  <section>
    <SectionHead title="Labels" />
    <div className="flex flex-wrap items-center gap-2 pb-2">
      {labels.map((label) => (
        <OneLabel key={label.label} label={label} mayWrite={mayWrite} />
      ))}
      {labels.length === 0 && <span className="muted">no labels</span>}
      {mayWrite && <NewLabel />}
    </div>
  </section>
)

const OneLabel = ({ label, mayWrite }: { label: Label; mayWrite: boolean }) => (
  <PostForm className="flex items-center" title={useTimes().both((times) => originOf(label, times))}>
    <span className="tag">
      <Value text={label.label} path={false} />
    </span>
    {mayWrite && (
      <>
        <input type="hidden" name="intent" value="unlabel" />
        <input type="hidden" name="label" value={label.label} />
        <button type="submit" className="btn quiet icon" aria-label={`Take away the label ${label.label}`}>
          <X aria-hidden="true" />
        </button>
      </>
    )}
  </PostForm>
)

function originOf({ reported_at, added_at, added_by }: Label, { full }: Times): string {
  const given = added_at ? `given by ${added_by} on ${full(added_at)}` : ''
  const reported = reported_at ? `reported by Velociraptor, last on ${full(reported_at)}` : ''
  return [given, reported].filter(Boolean).join('; ')
}

function NewLabel() {
  const refusal = useRefusal('label')
  const error = refusal ? refusal.fields.label || refusal.fields[''] : undefined
  return (
    <PostForm className="flex flex-wrap items-center gap-2">
      <input type="hidden" name="intent" value="label" />
      <input
        key={refusal ? 'refused' : 'new'}
        className="field w-48"
        name="label"
        aria-label="New label"
        placeholder="New label"
        maxLength={255}
        required
        autoComplete="off"
        defaultValue={refusal?.values.label ?? ''}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? 'label-error' : undefined}
      />
      <button type="submit" className="btn">
        Add label
      </button>
      {error && (
        <p className="err" id="label-error" role="alert">
          <CircleAlert aria-hidden="true" />
          {error}
        </p>
      )}
    </PostForm>
  )
}
