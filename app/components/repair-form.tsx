import { useLocation } from '@remix-run/react'
import { CircleAlert, Upload } from '#app/components/icons.tsx'
import { number } from '#app/lib/format.ts'
import { useRefusal } from './form.tsx'
import { PostForm } from './post-form.tsx'

export type Reject = {
  line: number
  code: string
  reason: string
  raw: string
  bytes: number
  file: string | null
  line_in: number | null
}

const EDITABLE_BYTES = 4096

/** Where a rejected line stands: its line in the file of the archive, else in the delivery. */
export const placeOf = ({ line, line_in }: Reject) => number(line_in ?? line)

/** Rejected lines to mend by hand, and a way to send back a mended file. What is mended is a delivery of its own. */
export function RepairForms({ batchId, rejects }: { batchId: number; rejects: Reject[] }) {
  const editable = rejects.filter(({ bytes }) => bytes <= EDITABLE_BYTES)
  return (
    <div className="repair">
      <form method="post" action={`/api/ingestion/batches?repairs=${batchId}&from=page`} encType="multipart/form-data">
        <p className="hint">
          Download all, mend the value of "raw" in each line, send the file back: its rows join those of this delivery,
          each once. Lines it does not hold stay as they are.
        </p>
        <div className="acts pt-1">
          <input type="file" name="file" required aria-label="Mended file" />
          <button type="submit" className="btn">
            <Upload aria-hidden="true" />
            Send mended file
          </button>
        </div>
      </form>
      {editable.length > 0 && <MendHere rejects={editable} />}
    </div>
  )
}

function MendHere({ rejects }: { rejects: Reject[] }) {
  const refusal = useRefusal('repair')
  const { key } = useLocation()
  const lacks = (code: string) => rejects.some((reject) => reject.code === code)
  return (
    <details className="pt-2" open={refusal !== null}>
      <summary className="link inline-block min-h-6">Mend these lines here</summary>
      <PostForm key={key} className="form tall mend" preventScrollReset>
        <input type="hidden" name="intent" value="repair" />
        {refusal && (
          <p className="err" role="alert">
            <CircleAlert aria-hidden="true" />
            {refusal.fields[''] ?? Object.values(refusal.fields)[0]}
          </p>
        )}
        {lacks('NO_ARTIFACT') && (
          <Fact name="artifact" title="Artifact, for the lines that name none" value={refusal?.values.artifact} />
        )}
        {lacks('NO_HOST') && (
          <Fact name="hostname" title="Host, for the lines that name none" value={refusal?.values.hostname} />
        )}
        {rejects.map((reject) => (
          <div className="f" key={reject.line}>
            <label htmlFor={`raw-${reject.line}`}>
              Line {placeOf(reject)}
              {reject.file && ` of ${reject.file}`}
            </label>
            <div className="control">
              <textarea
                id={`raw-${reject.line}`}
                name={`raw-${reject.line}`}
                className="field mono"
                rows={Math.min(8, 1 + Math.ceil(reject.raw.length / 110))}
                defaultValue={refusal?.values[`raw-${reject.line}`] ?? reject.raw}
                aria-describedby={`why-${reject.line}`}
                spellCheck={false}
                autoComplete="off"
                dir="ltr"
              />
            </div>
            <p className="hint" id={`why-${reject.line}`}>
              {reject.reason}
            </p>
          </div>
        ))}
        <div className="f act">
          <div>
            <button type="submit" className="btn primary">
              Send mended lines
            </button>
          </div>
        </div>
      </PostForm>
    </details>
  )
}

const Fact = ({ name, title, value }: { name: string; title: string; value: string | undefined }) => (
  <div className="f">
    <label htmlFor={`mend-${name}`}>{title}</label>
    <div className="control">
      <input
        id={`mend-${name}`}
        name={name}
        className="field mono"
        maxLength={255}
        defaultValue={value ?? ''}
        spellCheck={false}
        autoComplete="off"
      />
    </div>
  </div>
)
