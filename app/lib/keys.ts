export type Act = { name: string; title: string; keys: string; group: string }

const group = (name: string, acts: [string, string, string][]): Act[] =>
  acts.map(([act, title, keys]) => ({ name: act, title, keys, group: name }))

/**
 * Everything a key can do, and the key it comes with. A key is the character that is typed, or Space, Enter, Escape; two
 * with a space between are pressed one after the other. Arrows move the cursor whatever is set here.
 */
export const ACTS: Act[] = [
  ...group('Anywhere', [
    ['help', 'Keys of this screen', '?'],
    ['query', 'Focus the query', '/'],
    ['back', 'Back one step of the trail', 'Escape'],
    ['trail', 'Trail of pivots', 'b'],
    ['undo', 'Undo', 'u'],
    ['save-view', 'Save this view', 'v'],
  ]),
  ...group('Go to', [
    ['go-overview', 'Overview', 'g o'],
    ['go-explore', 'Explore', 'g e'],
    ['go-stack', 'Stack', 'g s'],
    ['go-timeline', 'Timeline', 'g t'],
    ['go-values', 'Values', 'g i'],
    ['go-compare', 'Compare', 'g x'],
    ['go-hosts', 'Hosts', 'g m'],
    ['go-views', 'Views', 'g v'],
    ['go-deliveries', 'Deliveries', 'g r'],
  ]),
  ...group('Cursor', [
    ['row-down', 'Next row', 'j'],
    ['row-up', 'Previous row', 'k'],
    ['cell-left', 'Cell to the left', 'h'],
    ['cell-right', 'Cell to the right', 'l'],
    ['extend-down', 'Select down', 'J'],
    ['extend-up', 'Select up', 'K'],
    ['select', 'Select the row', 'x'],
    ['open', 'Open the row', 'Enter'],
    ['preview', 'Preview the row', 'Space'],
  ]),
  ...group('Value at the cursor', [
    ['include', 'Only rows with this value', '+'],
    ['exclude', 'Only rows without this value', '-'],
    ['stack', 'Stack this column', '.'],
    ['pivot', 'Dossier of this value', 'p'],
    ['window', 'This host, five minutes around', 'w'],
    ['window-ask', 'This host around, asking how long', 'W'],
    ['copy', 'Copy the value', 'y'],
    ['copy-row', 'Copy the row as it came', 'Y'],
  ]),
  ...group('Decide and note', [
    ['benign', 'Benign', '1'],
    ['suspicious', 'Suspicious', '2'],
    ['malicious', 'Malicious', '3'],
    ['clear', 'Clear the verdict', '0'],
    ['star', 'Star the row', 's'],
    ['tag', 'Tag the row', 't'],
    ['comment', 'Comment on the row', 'c'],
  ]),
  ...group('View', [
    ['columns', 'Choose columns', 'o'],
    ['filter', 'Filter a column', 'f'],
    ['previous-facet', 'Previous facet value', '['],
    ['next-facet', 'Next facet value', ']'],
    ['unstack', 'Take a column off the stack', ','],
    ['shape', 'Shape or raw value', '~'],
    ['hide-decided', 'Hide or show what is decided', 'D'],
    ['since-last', 'Only what is new since the last run', 'N'],
    ['remember', 'Remember this run', 'R'],
    ['timeline', 'Timeline of this', 'T'],
    ['context', 'This row in context', 'r'],
    ['go-to', 'Go to a date', 'G'],
    ['annotate', 'Annotate the time', 'a'],
  ]),
]

/** What each act is done by; an act without a key has an empty text. */
export type KeyMap = Record<string, string>

/** A person's keys over those we come with. */
export const keysOf = (own: KeyMap): KeyMap =>
  Object.fromEntries(ACTS.map(({ name, keys }) => [name, own[name] ?? keys]))

const ARROWS: KeyMap = { ArrowDown: 'row-down', ArrowUp: 'row-up', ArrowLeft: 'cell-left', ArrowRight: 'cell-right' }
const NAMED = new Set(['Enter', 'Escape', ...Object.keys(ARROWS)])

type Pressed = { key: string; ctrlKey: boolean; metaKey: boolean; altKey: boolean; shiftKey: boolean }

/** The name of a pressed key; null for a modifier, or with one other than Shift: that is the browser's. */
export function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }: Pressed): string | null {
  if (ctrlKey || metaKey || altKey) return null
  if (key === ' ') return 'Space'
  if (shiftKey && (key === 'ArrowDown' || key === 'ArrowUp')) return `Shift ${key}`
  return [...key].length === 1 || NAMED.has(key) ? key : null
}

/** What the keys pressed so far mean: an act, the beginning of a longer one, or nothing. */
export function meaningOf(map: KeyMap, pressed: string): { act: string } | 'begun' | null {
  if (pressed === 'Shift ArrowDown') return { act: 'extend-down' }
  if (pressed === 'Shift ArrowUp') return { act: 'extend-up' }
  const found = ARROWS[pressed] ?? Object.keys(map).find((act) => map[act] === pressed)
  if (found) return { act: found }
  return Object.values(map).some((keys) => keys.startsWith(`${pressed} `)) ? 'begun' : null
}

/** The keys of one act as a person reads them: one text for each that is pressed. */
export const shownKeys = (keys: string): string[] =>
  keys === '' ? [] : keys.split(' ').map((key) => (key === 'Escape' ? 'Esc' : key))
