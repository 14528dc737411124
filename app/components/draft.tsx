import { useEffect, useRef, useState } from 'react'
import { useViewer } from '#app/lib/viewer.ts'

type Draft = { name: string; label: string; text: string; about: string; stored: string[]; rows?: number; act?: string }

/**
 * A field for a text of some length. What is typed is kept in this tab until it is stored: a session that ends or a page
 * that is left in the middle loses nothing. `about` says what it is a text on; `stored` holds the texts the server has.
 */
export function DraftField({ name, label, text, about, stored, rows = 4, act }: Draft) {
  const viewer = useViewer()
  const box = useRef<HTMLTextAreaElement>(null)
  const [kept, setKept] = useState<string | null>(null)
  const key = `draft-${viewer?.tenantId}-${viewer?.accountId}-${about}`
  const known = stored.join('\u0000')
  // biome-ignore lint/correctness/useExhaustiveDependencies: looked at anew when the server has other texts
  useEffect(() => {
    const draft = read(key)
    const isStored = draft !== null && stored.some((one) => one.trim() === draft.trim())
    if (isStored) write(key, null)
    setKept(draft !== null && !isStored && draft !== box.current?.value ? draft : null)
  }, [key, known])
  const putBack = () => {
    if (box.current && kept !== null) box.current.value = kept
    setKept(null)
    box.current?.focus()
  }
  const forget = () => {
    write(key, null)
    setKept(null)
  }
  return (
    <div className="draft">
      <label className="label" htmlFor={`draft-${about}`}>
        {label}
      </label>
      <textarea
        ref={box}
        id={`draft-${about}`}
        className="field"
        name={name}
        rows={rows}
        maxLength={20_000}
        defaultValue={text}
        required
        data-act={act}
        onChange={(event) => write(key, event.currentTarget.value)}
      />
      {kept !== null && (
        <div className="note warn" role="status">
          <span />
          <div className="min-w-0">
            <b>A text that was not stored is kept here:</b>
            <p className="whole">{kept.slice(0, 300)}</p>
          </div>
          <span className="acts">
            <button type="button" className="btn" onClick={putBack}>
              Put it back
            </button>
            <button type="button" className="btn quiet" onClick={forget}>
              Forget it
            </button>
          </span>
        </div>
      )}
    </div>
  )
}

function read(key: string): string | null {
  try {
    return sessionStorage.getItem(key) || null
  } catch {
    return null // storage is denied
  }
}

function write(key: string, text: string | null) {
  try {
    if (text) sessionStorage.setItem(key, text)
    else sessionStorage.removeItem(key)
  } catch {
    // Without storage the text stands in the field alone.
  }
}
