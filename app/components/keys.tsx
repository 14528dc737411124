import { useLocation, useNavigate } from '@remix-run/react'
import { type MutableRefObject, useEffect, useRef, useState } from 'react'
import {
  drawCursor,
  gridAt,
  type Place,
  placeOf,
  STEPS,
  selectRow,
  standingAt,
  stepped,
  stillThere,
} from '#app/lib/grid-cursor.ts'
import { done, FACETS, IN_PREVIEW, TYPING } from '#app/lib/key-acts.ts'
import { ACTS, type KeyMap, keysOf, meaningOf, nameOf } from '#app/lib/keys.ts'
import { stepBefore } from '#app/lib/trail.ts'
import type { Viewer } from '#app/lib/viewer.ts'
import { type HelpLine, KeysHelp } from './keys-help.tsx'

const SEQUENCE_MS = 5000
const WRITABLE = `${TYPING}, [contenteditable], [role=combobox], [role=listbox]`
// These have a meaning of their own where they are pressed.
const NATIVE: Record<string, string> = {
  Enter: 'a, button, summary, input',
  Space: 'button, summary, input',
}

/** The one place that listens to keys: each clicks what a person could have clicked. Draws the help of the screen. */
export function Keys({ viewer }: { viewer: Viewer }) {
  const { pathname, key } = useLocation()
  const place = useRef<Place | null>(null)
  const seen = useRef(pathname)
  const [help, setHelp] = useState<HelpLine[] | null>(null)
  const [said, setSaid] = useState('')
  const waiting = useRef<string | null>(null)
  const later = (act: string) => {
    waiting.current = act
  }
  const map = keysOf(viewer.keys)

  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer of the server draws the page anew
  useEffect(() => {
    place.current = seen.current === pathname ? stillThere(place.current) : null
    seen.current = pathname
    setSaid('')
    setHelp(null)
    drawCursor(gridAt(null, place.current), place.current, { focus: document.activeElement === document.body })
    if (waiting.current) done(waiting.current, place.current, null)
    waiting.current = null
  }, [pathname, key])
  useGridRole(key)
  useFocusCursor(place)
  useKeys(viewer.keysOn, map, {
    step: (act) => moved(place, act),
    act: (act) => setSaid(done(act, place.current, later) ? '' : `${titleOf(act)}: not here`),
  })
  useHelpClicks(() => setHelp(linesOf(map)))
  useStepBack(viewer)
  return (
    <>
      <p className="sr-only" role="status">
        {said}
      </p>
      {help && <KeysHelp lines={help} on={viewer.keysOn} close={() => setHelp(null)} />}
    </>
  )
}

const titleOf = (act: string) => ACTS.find(({ name }) => name === act)?.title ?? act

type Handlers = { step: (act: string) => void; act: (act: string) => void }

function useKeys(on: boolean, map: KeyMap, handlers: Handlers) {
  const latest = useRef({ map, handlers })
  latest.current = { map, handlers }
  useEffect(() => {
    if (!on) return
    let begun = { keys: '', at: 0 }
    const onKey = (event: KeyboardEvent) => {
      const name = nameOf(event)
      const { target } = event
      if (!name || event.defaultPrevented || event.isComposing || !(target instanceof Element)) return
      if (target.closest(WRITABLE) || (NATIVE[name] && target.closest(NATIVE[name]))) return
      const late = performance.now() - begun.at > SEQUENCE_MS
      const sequence = begun.keys && !late ? `${begun.keys} ${name}` : name
      const meaning = meaningOf(latest.current.map, sequence)
      begun = meaning === 'begun' ? { keys: sequence, at: performance.now() } : { keys: '', at: 0 }
      if (!meaning || (meaning !== 'begun' && passes(meaning.act))) return
      event.preventDefault()
      if (meaning === 'begun') return
      if (STEPS[meaning.act]) latest.current.handlers.step(meaning.act)
      else latest.current.handlers.act(meaning.act)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [on])
}

/** Keys that the browser needs where there is nothing for us to do with them. */
function passes(act: string): boolean {
  if (act === 'back') return document.querySelector('details.pop[open], :popover-open') !== null
  const grid = gridAt(document.activeElement)
  if (STEPS[act]) return grid === null
  return (act === 'open' || act === 'preview') && (grid === null || document.querySelector('[data-cursor]') === null)
}

function moved(place: MutableRefObject<Place | null>, act: string) {
  const focus = document.activeElement
  const grid = gridAt(focus, place.current)
  if (!grid) return
  const from = placeOf(grid, focus) ?? place.current
  const to = stepped(grid, from, act)
  if (act.startsWith('extend') && from) {
    selectRow(standingAt(grid, from).row, true)
    selectRow(standingAt(grid, to.place).row, true)
  }
  place.current = to.place
  drawCursor(to.grid, to.place, { focus: true })
}

/** A click or the Tab key in a grid takes the cursor along. */
function useFocusCursor(place: MutableRefObject<Place | null>) {
  useEffect(() => {
    const follow = ({ target }: Event) => {
      if (!(target instanceof Element) || !target.closest('[data-row]')) return
      const grid = gridAt(target)
      if (!grid) return
      place.current = placeOf(grid, target)
      drawCursor(grid, place.current, { focus: false })
    }
    document.addEventListener('focusin', follow)
    document.addEventListener('pointerdown', follow)
    return () => {
      document.removeEventListener('focusin', follow)
      document.removeEventListener('pointerdown', follow)
    }
  }, [place])
}

/** Only where keys move in it is a table a grid. */
function useGridRole(key: string) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page has other tables
  useEffect(() => {
    for (const table of document.querySelectorAll('table[data-grid]')) table.setAttribute('role', 'grid')
  }, [key])
}

/** The button of the help leads to a page of it; with JavaScript it opens here. */
function useHelpClicks(open: () => void) {
  const latest = useRef(open)
  latest.current = open
  useEffect(() => {
    const onClick = (event: MouseEvent) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !(event.target instanceof Element)) return
      if (!event.target.closest('[data-act="help"]')) return
      event.preventDefault()
      latest.current()
    }
    document.addEventListener('click', onClick, true)
    return () => document.removeEventListener('click', onClick, true)
  }, [])
}

function useStepBack({ tenantId, accountId }: Viewer) {
  const navigate = useNavigate()
  useEffect(() => {
    const onBack = () => {
      const before = stepBefore({ tenantId, accountId })
      if (before) navigate(before.address)
    }
    document.addEventListener('trail-back', onBack)
    return () => document.removeEventListener('trail-back', onBack)
  }, [navigate, tenantId, accountId])
}

/** What this screen really offers, and its key. */
function linesOf(map: KeyMap): HelpLine[] {
  const offered = new Set([...document.querySelectorAll<HTMLElement>('[data-act]')].map(({ dataset }) => dataset.act))
  // What a column offers in each of its cells is drawn only where someone is.
  for (const { dataset } of document.querySelectorAll<HTMLElement>('table:has([data-row]) [data-offers]'))
    for (const act of dataset.offers!.split(' ')) offered.add(act)
  // These stand in the preview of a row, which opens for them.
  if (offered.has('preview') && offered.has('star')) for (const act of IN_PREVIEW) offered.add(act)
  if (document.querySelector('[data-facet]')) for (const act of Object.keys(FACETS)) offered.add(act)
  const grid = gridAt(document.activeElement)
  const movable = (act: string) =>
    grid !== null && (act in STEPS ? !act.startsWith('extend') || offered.has('select') : act === 'open')
  return ACTS.filter(({ name }) => offered.has(name) || movable(name) || name === 'back').map(
    ({ name, title, group }) => ({
      act: name,
      title,
      group,
      keys: map[name] ?? '',
    }),
  )
}
