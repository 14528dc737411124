import { useFetcher, useSearchParams } from '@remix-run/react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { useViewer } from '#app/lib/viewer.ts'
import type { Completion } from '#server/modules/language/schema.ts'
import { Value } from './value.tsx'

const PAUSE_MS = 150
type Props = { artifact: string | undefined; flawed: boolean }

/**
 * The query as one field of a form. With JavaScript it is a combobox that completes the piece before the cursor: arrows
 * choose, Enter or Tab takes, Escape closes; nothing is chosen until an arrow was pressed, so that Enter sends.
 */
export function QueryBar({ artifact, flawed }: Props) {
  const asked = useSearchParams()[0].get('q') ?? ''
  const { data, text, chosen, open, box, type, move, take, close } = useCompletion(asked, artifact)
  const list = useId()
  const keysOn = useViewer()?.keysOn
  const shown = open ? (data?.suggestions ?? []) : []
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    // What is sent is done with: the next key is for the rows that come.
    if (event.key === 'Enter' && !shown[chosen] && keysOn) requestAnimationFrame(() => box.current?.blur())
    if (shown.length === 0) return
    if (step) move(step, shown.length)
    else if ((event.key === 'Enter' || event.key === 'Tab') && shown[chosen]) take(shown[chosen].text)
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
  }
  return (
    <div className="query">
      <label htmlFor={`${list}-q`}>Query</label>
      <input
        ref={box}
        id={`${list}-q`}
        className="field mono"
        name="q"
        data-act="query"
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={onKey}
        onBlur={close}
        placeholder="powershell Name:cmd.exe time:last 7 days"
        spellCheck={false}
        autoComplete="off"
        autoCapitalize="off"
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={`${list}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown[chosen] ? `${list}-${chosen}` : undefined}
        aria-invalid={flawed || undefined}
        aria-describedby={flawed ? 'query-flaw' : undefined}
      />
      <div
        role="listbox"
        id={`${list}-list`}
        aria-label="Completions"
        className="float completions"
        hidden={shown.length === 0}
      >
        {shown.map((one, at) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the cursor stays in the field; aria-activedescendant names the choice
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field's own keys choose
          <div
            key={one.text}
            id={`${list}-${at}`}
            role="option"
            aria-selected={at === chosen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => take(one.text)}
          >
            <Value text={one.text} path={false} /> <span className="muted">{one.about}</span>
          </div>
        ))}
      </div>
      <p className="sr-only" role="status">
        {shown.length > 0 && `${shown.length} completions`}
      </p>
    </div>
  )
}

/** The text, what could complete it, and the verbs of the list. */
function useCompletion(asked: string, artifact: string | undefined) {
  const fetcher = useFetcher<Completion>()
  const box = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>()
  const [text, setText] = useState(asked)
  const [open, setOpen] = useState(false)
  const [askedFor, setAskedFor] = useState('')
  const [chosen, setChosen] = useState(-1)
  // The address is the state: a link to another query shows it here.
  useEffect(() => setText(asked), [asked])
  useEffect(() => () => clearTimeout(timer.current), [])

  const ask = (query: string) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      const at = String(box.current?.selectionStart ?? query.length)
      fetcher.load(`/rows/complete?${new URLSearchParams({ q: query, at, artifact: artifact ?? '' })}`)
      setAskedFor(query)
      setOpen(true)
    }, PAUSE_MS)
  }
  const type = (query: string) => {
    setText(query)
    setChosen(-1)
    ask(query)
  }
  const close = () => {
    clearTimeout(timer.current)
    setOpen(false)
    setChosen(-1)
  }
  const take = (suggestion: string) => {
    const { at = text.length, length = 0, kind = 'value' } = fetcher.data ?? {}
    const head = text.slice(0, at) + suggestion + (kind === 'value' ? ' ' : '')
    const next = head + text.slice(at + length).trimStart()
    setText(next)
    close()
    requestAnimationFrame(() => box.current?.setSelectionRange(head.length, head.length))
    if (kind === 'field') ask(next)
  }
  const move = (step: number, count: number) =>
    setChosen((at) => (at + step + count + (at < 0 && step < 0 ? 1 : 0)) % count)
  // What completes another text would be put in the wrong place.
  const current = fetcher.state === 'idle' && askedFor === text ? fetcher.data : undefined
  return { data: current, text, chosen, open, box, type, move, take, close }
}
