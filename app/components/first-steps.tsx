import type { ReactNode } from 'react'
import { useMayWrite, useViewer } from '#app/lib/viewer.ts'
import { CopyBox } from './copy.tsx'
import { Link } from './link.tsx'
import { UploadForm } from './upload-form.tsx'

/** What to do with an empty installation: three ways to a first row, the quickest first. */
export function FirstSteps({ origin }: { origin: string }) {
  const mayWrite = useMayWrite()
  const admin = useViewer()?.role === 'admin'
  if (!mayWrite)
    return <p className="pt-4">Nothing is stored yet. Somebody with the role user can upload a first file.</p>
  return (
    <div className="steps">
      <ol>
        <Step nth={1} title="Drop a first file">
          Rows of a Velociraptor artifact, as its server exports them. The ledger says what became of every line.
        </Step>
        <Step nth={2} title="Connect a Velociraptor server or a script">
          A source is a token that can deliver into this tenant and nothing else. With it:
          <CopyBox text={curlOf(origin)} name="Copy" />
          {admin ? (
            <Link className="btn" to="/sources">
              Create source
            </Link>
          ) : (
            <span className="block pt-1">An admin creates it under Sources.</span>
          )}
        </Step>
        <Step nth={3} title="Or look around with sample rows">
          In the folder of this installation:
          <CopyBox text="npm run demo" name="Copy" />
        </Step>
      </ol>
      <div>
        <UploadForm batches={[]} />
      </div>
    </div>
  )
}

const Step = ({ nth, title, children }: { nth: number; title: string; children: ReactNode }) => (
  <li>
    <b aria-hidden="true">{nth}</b>
    <div className="min-w-0">
      <h2>{title}</h2>
      <div className="grid gap-1.5 justify-items-start">{children}</div>
    </div>
  </li>
)

const curlOf = (origin: string) =>
  `curl -H 'Authorization: Bearer TOKEN' --data-binary @rows.jsonl '${origin}/api/ingestion/batches?artifact=Windows.System.Pslist&hostname=HOSTNAME'`
