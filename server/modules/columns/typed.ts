import { recent } from '#server/platform/recent.ts'
import type { TenantRows } from '#server/platform/telemetry.ts'
import { CANONICAL, cleaned, type ObservableType } from './sql/canonical.ts'
import { foreignTextsSql, typedTextsSql } from './sql/cells.ts'
import { asciiName, hostOfUrl } from './sql/network.ts'
import { shapeOf } from './sql/shape.ts'
import { readAs, SIGHTINGS_SETTINGS } from './sql/sightings.ts'

export type Typed = { type: ObservableType; value: string; shape: string }
export type Text = { role: string; text: string }

// What a text is follows from the text alone, and pages show the same ones again and again. Of each tenant its own: how
// quickly one is answered tells nobody what another has looked at.
const typed = recent<Typed[]>(50_000)
const LONGEST_REMEMBERED = 500

/**
 * Tells of each of these texts of cells which observables it is, read in its role: a URL and its host are two, what is none
 * has none. The first is what the cell itself is.
 */
export async function typedTexts(rows: TenantRows, texts: Text[]): Promise<(text: Text) => Typed[]> {
  const keyOf = ({ role, text }: Text) => `${rows.tenantId} ${role} ${text}`
  const different = new Map(texts.map((text) => [keyOf(text), text]))
  let left = MOST_HERE
  const here = (text: Text) => {
    left -= text.text.length
    return left < 0 ? null : typedHere(text)
  }
  const known = new Map([...different].map(([key, text]) => [key, typed.recall(key) ?? here(text)]))
  const asked = [...different.keys()].filter((key) => !known.get(key))
  const answers = await typedByEngine(
    rows,
    asked.map((key) => different.get(key)!),
  )
  for (const [n, key] of asked.entries()) known.set(key, answers[n]!)
  for (const [key, answer] of known) if (key.length <= LONGEST_REMEMBERED) typed.keep(key, answer!)
  return (text) => known.get(keyOf(text)) ?? []
}

// Letters whose cases all agree about, and few enough that no pattern goes over them for long. To plan the statement takes
// the engine some 60 ms, however few the texts.
const PLAIN = /^[ -~]{0,500}$/
// Characters at once: everybody waits meanwhile, of hostile texts some 20 ms.
const MOST_HERE = 100_000

/** The same without the engine; null for a text that only the engine tells of. */
export function typedHere({ role, text }: Text): Typed[] | null {
  if (!PLAIN.test(text)) return null
  const clean = cleaned(text)
  if (clean === '' || !isType(role)) return []
  return readAs(role).flatMap(([type, part]) => {
    const value = CANONICAL[type].typed(part === 'host' ? hostOfUrl(clean) : clean)
    return value === '' ? [] : [{ type, value, shape: shapeOf(type, value) }]
  })
}

const isType = (role: string): role is ObservableType => Object.hasOwn(CANONICAL, role)

/** The same as the row engine tells it, of each of these texts. */
export async function typedByEngine(rows: TenantRows, texts: Text[]): Promise<Typed[][]> {
  if (texts.length === 0) return []
  const params = { roles: texts.map(({ role }) => role), texts: texts.map(({ text }) => text) }
  const limits = { maxRows: 2 * texts.length, settings: SIGHTINGS_SETTINGS }
  const isForeign = ({ role, text }: Text) => (role === 'domain' || role === 'url') && /[^\0-\x7f]/.test(text)
  const names = texts.some(isForeign) ? await rows.select<{ name: string }>(foreignTextsSql(), params, limits) : []
  const idn = names.map(({ name }) => name)
  const found = await rows.select<Typed & { n: number }>(
    typedTextsSql(params.roles),
    { ...params, idn, ascii: idn.map(asciiName) },
    limits,
  )
  const told: Typed[][] = texts.map(() => [])
  for (const { n, ...one } of found) told[n - 1]![one.type === texts[n - 1]!.role ? 'unshift' : 'push'](one)
  return told
}
