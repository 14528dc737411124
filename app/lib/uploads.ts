import { useCallback, useRef, useState } from 'react'

export type Upload = {
  key: number
  name: string
  size: number
  sent: number
  state: 'waiting' | 'sending' | 'sent' | 'refused'
  batchId: number | null
  message: string | null
}

type About = { artifact: string; hostname: string; password: string; tenant: string }

/** Sends files one after the other and says how far each is. `onSent` runs after every file. */
export function useUploads(onSent: () => void) {
  const [uploads, setUploads] = useState<Upload[]>([])
  const line = useRef<Promise<void>>(Promise.resolve())
  const count = useRef(0)

  const send = useCallback(
    (files: File[], about: About) => {
      for (const file of files) {
        const key = ++count.current
        const change = (part: Partial<Upload>) =>
          setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...part } : one)))
        setUploads((all) => [
          { key, name: file.name, size: file.size, sent: 0, state: 'waiting', batchId: null, message: null },
          ...all,
        ])
        // One at a time: two large files at once would each take twice as long and neither would be first.
        line.current = line.current.then(() => deliver(file, about, change)).then(onSent)
      }
    },
    [onSent],
  )
  return { uploads, send }
}

const RETRIES = 30

/** Sends one file, again and again while the server says when to come back. Never rejects. */
async function deliver(file: File, about: About, change: (part: Partial<Upload>) => void): Promise<void> {
  for (let left = RETRIES; ; left -= 1) {
    const seconds = await attempt(file, about, change)
    if (seconds === null || left === 0) return
    change({
      state: 'waiting',
      sent: 0,
      message: `The server has no room just now; this file is tried again in ${seconds} s.`,
    })
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    change({ message: null })
  }
}

/** One try, with progress; what went wrong is told by its line. Resolves to the seconds after which another makes sense. */
function attempt(
  file: File,
  { artifact, hostname, password, tenant }: About,
  change: (part: Partial<Upload>) => void,
): Promise<number | null> {
  const to = new URLSearchParams({ filename: file.name, tenant })
  if (artifact) to.set('artifact', artifact)
  if (hostname) to.set('hostname', hostname)
  // XMLHttpRequest: fetch cannot tell how much of a body was sent.
  const request = new XMLHttpRequest()
  change({ state: 'sending' })
  return new Promise((resolve) => {
    request.upload.onprogress = ({ loaded }) => change({ sent: Math.min(loaded, file.size) })
    request.onload = () => {
      change(outcomeOf(request))
      const busy = request.status === 429 || request.status === 503
      resolve(busy ? Math.min(120, Math.max(1, Number(request.getResponseHeader('Retry-After')) || 5)) : null)
    }
    request.onerror = () => {
      change({
        state: 'refused',
        message: 'The connection broke. Send the file again: rows already stored are not doubled.',
      })
      resolve(null)
    }
    request.open('POST', `/api/ingestion/batches?${to}`)
    request.setRequestHeader('Accept', 'application/json')
    if (!password) request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.send(password ? formWith(file, password) : file)
  })
}

/** A password goes into the body: addresses end up in logs, and headers hold no more than Latin-1. */
function formWith(file: File, password: string): FormData {
  const form = new FormData()
  form.set('password', password)
  form.set('file', file)
  return form
}

function outcomeOf({ status, responseText }: XMLHttpRequest): Partial<Upload> {
  const answer = parsed(responseText)
  if (status >= 200 && status < 300 && typeof answer.id === 'number') {
    return { state: 'sent', batchId: answer.id, message: null }
  }
  const { detail } = answer
  const first = Array.isArray(detail) ? (detail[0] as { msg?: string })?.msg : detail
  return { state: 'refused', message: typeof first === 'string' ? first : `The server answered ${status}.` }
}

function parsed(text: string): { id?: unknown; detail?: unknown } {
  try {
    return JSON.parse(text) as { id?: unknown; detail?: unknown }
  } catch {
    return {}
  }
}
