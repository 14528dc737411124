import { Form, useFetcher, useLocation, useNavigate } from '@remix-run/react'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { Search } from '#app/components/icons.tsx'
import { type Find, findsAtOnce } from '#app/lib/finds.ts'
import type { Viewer } from '#app/lib/viewer.ts'
import { Value } from './value.tsx'

const PAUSE_MS = 120

/**
 * Finds and jumps: Ctrl K brings the cursor here. A combobox whose first choice is the rows that hold the text, so that
 * Enter means the same whatever the server finds meanwhile. Without JavaScript it is a form that leads to the page of finds.
 */
export function Palette({ viewer }: { viewer: Viewer }) {
  const { input, text, finds, chosen, open, type, choose, close, go, status } = usePalette(viewer)
  const list = useId()
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Escape') return close()
    if (finds.length === 0 || !open) return
    if (step) choose((chosen + step + finds.length) % finds.length)
    else if (event.key === 'Enter' && finds[chosen]) go(finds[chosen])
    else return
    event.preventDefault()
  }
  return (
    <Form method="get" action="/find" role="search" aria-label="Everything" className="jump">
      <Search aria-hidden="true" />
      <input
        ref={input}
        className="field"
        type="text"
        name="q"
        value={text}
        onChange={(event) => type(event.currentTarget.value)}
        onKeyDown={onKey}
        onBlur={close}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-label="Find or jump"
        placeholder="Jump to…"
        role="combobox"
        aria-expanded={open && finds.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={open && finds[chosen] ? `${list}-${chosen}` : undefined}
        data-act="palette"
      />
      <kbd>Ctrl K</kbd>
      <div
        role="listbox"
        id={list}
        aria-label="Finds"
        className="float completions finds"
        hidden={!open || finds.length === 0}
      >
        {finds.map((find, at) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the cursor stays in the field; aria-activedescendant names the choice
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field's own keys choose
          <div
            key={find.kind + find.to}
            id={`${list}-${at}`}
            role="option"
            aria-selected={at === chosen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => go(find)}
          >
            {find.kind === 'screen' || find.kind === 'view' ? (
              <span className="cut ink">{find.title}</span>
            ) : (
              <Value text={find.title} path={false} />
            )}{' '}
            <span className="muted">{find.about}</span>
          </div>
        ))}
      </div>
      <p className="sr-only" role="status">
        {status}
      </p>
    </Form>
  )
}

/** What is typed, what it finds, and the verbs of the list. */
function usePalette(viewer: Viewer) {
  const fetcher = useFetcher<{ q: string; finds: Find[] }>()
  const navigate = useNavigate()
  const { key } = useLocation()
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>()
  const [text, setText] = useState('')
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: where one arrives, what led there is done with
  useEffect(() => {
    // Who types already while a page arrives keeps what is typed.
    if (document.activeElement === input.current) return
    setText('')
    setOpen(false)
  }, [key])
  useEffect(() => () => clearTimeout(timer.current), [])
  useEffect(() => focusedByCtrlK(input), [])

  const type = (typed: string) => {
    setText(typed)
    setChosen(0)
    setOpen(typed.trim() !== '')
    clearTimeout(timer.current)
    if (typed.trim() === '') return
    timer.current = setTimeout(
      () => fetcher.load(`/find/complete?${new URLSearchParams({ q: typed.trim() })}`),
      PAUSE_MS,
    )
  }
  const close = () => setOpen(false)
  const go = ({ to }: Find) => {
    close()
    input.current?.blur()
    navigate(to)
  }
  const known = fetcher.data?.q === text.trim() ? fetcher.data.finds : []
  const finds = [...findsAtOnce(text, viewer), ...known]
  const status = open && finds.length > 0 ? `${finds.length} finds` : ''
  return { input, text, finds, chosen, open, type, choose: setChosen, close, go, status }
}

function focusedByCtrlK(input: { current: HTMLInputElement | null }) {
  const onKey = (event: globalThis.KeyboardEvent) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event
    if (key.toLowerCase() !== 'k' || !(ctrlKey || metaKey) || altKey || shiftKey) return
    event.preventDefault()
    input.current?.select()
  }
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}
