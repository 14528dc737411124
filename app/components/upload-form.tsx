import { useRevalidator } from '@remix-run/react'
import { type DragEvent, type FormEvent, useRef, useState } from 'react'
import { Upload } from '#app/components/icons.tsx'
import { bytes } from '#app/lib/format.ts'
import { type Upload as Line, useUploads } from '#app/lib/uploads.ts'
import { useViewer } from '#app/lib/viewer.ts'
import type { Batch } from './batch-table.tsx'
import { Link } from './link.tsx'
import { StateWord } from './states.tsx'
import { Value } from './value.tsx'

/** Drop files or choose them. Without JavaScript it is a form that sends one file and leads to its delivery. */
export function UploadForm({ batches }: { batches: Batch[] }) {
  const form = useRef<HTMLFormElement>(null)
  const [over, setOver] = useState(false)
  const { revalidate } = useRevalidator()
  const tenant = String(useViewer()?.tenantId)
  const { uploads, send } = useUploads(revalidate)

  const start = (files: FileList | null) => {
    if (!form.current || !files?.length) return
    const about = new FormData(form.current)
    send([...files], {
      artifact: String(about.get('artifact') ?? '').trim(),
      hostname: String(about.get('hostname') ?? '').trim(),
      password: String(about.get('password') ?? ''),
      tenant,
    })
  }
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const input = event.currentTarget.elements.namedItem('file') as HTMLInputElement
    start(input.files)
    input.value = ''
  }
  const onDrag = (event: DragEvent) => {
    event.preventDefault()
    setOver(event.type === 'dragover')
    if (event.type === 'drop') start(event.dataTransfer.files)
  }
  return (
    <>
      <form
        ref={form}
        method="post"
        action={`/api/ingestion/batches?tenant=${tenant}`}
        encType="multipart/form-data"
        onSubmit={onSubmit}
      >
        <input type="hidden" name="from" value="page" />
        <fieldset className={over ? 'drop over' : 'drop'} onDragOver={onDrag} onDragLeave={onDrag} onDrop={onDrag}>
          <legend className="sr-only">Upload files</legend>
          <div className="filters w-full max-w-[48rem] text-left">
            <label className="s flex-1">
              Artifact, if the rows do not say
              <input
                className="field mono"
                name="artifact"
                maxLength={255}
                placeholder="Windows.System.Pslist"
                spellCheck={false}
                autoComplete="off"
              />
            </label>
            <label className="s flex-1">
              Host, if the rows do not say
              <input
                className="field mono"
                name="hostname"
                maxLength={255}
                placeholder="HF-WS-0412"
                spellCheck={false}
                autoComplete="off"
              />
            </label>
            <label className="s flex-1">
              Password, if it is encrypted
              <input className="field mono" name="password" type="password" maxLength={1000} autoComplete="off" />
            </label>
          </div>
          <p className="muted">
            Drop files here, or choose them: JSON lines, a JSON array, Velociraptor's CSV, or an exported collection or
            hunt (ZIP), each also as gzip. A file is kept first and read after, so closing this page loses nothing.
          </p>
          <div className="acts justify-center">
            <input type="file" name="file" multiple required aria-label="Files" />
            <button type="submit" className="btn primary">
              <Upload aria-hidden="true" />
              Upload
            </button>
          </div>
        </fieldset>
      </form>
      {uploads.length > 0 && <UploadLines uploads={uploads} batches={batches} />}
    </>
  )
}

const UploadLines = ({ uploads, batches }: { uploads: Line[]; batches: Batch[] }) => (
  <ul className="lines" aria-label="Uploads of this visit">
    {uploads.map((line) => (
      <li key={line.key} className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 items-baseline">
        <span className="cut">
          {line.batchId ? (
            <Link className="num" to={`/deliveries/${line.batchId}`}>
              <Value text={line.name} />
            </Link>
          ) : (
            <Value text={line.name} />
          )}
        </span>
        <Progress line={line} batch={batches.find(({ id }) => id === line.batchId)} />
        {line.state === 'sending' && (
          <Bar pct={line.size === 0 ? 100 : (100 * line.sent) / line.size} name={`Sending ${line.name}`} />
        )}
        {line.message && (
          <p className="err col-span-2" role="alert">
            {line.message}
          </p>
        )}
      </li>
    ))}
  </ul>
)

function Progress({ line, batch }: { line: Line; batch: Batch | undefined }) {
  if (line.state === 'waiting') return <span className="muted">waits its turn</span>
  if (line.state === 'sending') {
    return (
      <span className="muted">
        {bytes(line.sent)} of {bytes(line.size)}
      </span>
    )
  }
  if (line.state === 'refused') return <span className="state bad">refused</span>
  return batch ? <StateWord state={batch.state} /> : <span className="muted">kept</span>
}

/** How far something is: a bar, its share as text for whoever cannot see it. */
export const Bar = ({ pct, name }: { pct: number; name: string }) => (
  <svg
    className="prog col-span-2"
    role="progressbar"
    aria-label={name}
    aria-valuenow={Math.round(pct)}
    aria-valuemin={0}
    aria-valuemax={100}
  >
    <rect className="t" width="100%" height="6" />
    <rect className="f" width={`${pct.toFixed(1)}%`} height="6" />
  </svg>
)
