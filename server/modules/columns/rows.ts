import { parse, stringify } from 'lossless-json'
import type { TenantRows } from '#server/platform/telemetry.ts'
import type { MappedColumn } from './schema.ts'
import { asciiName } from './sql/network.ts'
import { type ColumnsOf, foreignNamesSql, observablesSql, SIGHTINGS_SETTINGS } from './sql/sightings.ts'
import type { TimesSql } from './sql/times.ts'

export const PREVIEWED = 50
const CELL_BYTES = 300

const OWN_ARTIFACT = 'tenant_id = {tenant:UInt64} and artifact = {artifact:String}'

/** How many rows of an artifact there are. */
export async function rowsOf(rows: TenantRows, artifact: string): Promise<number> {
  const [found] = await rows.select<{ n: number }>(`select count() as n from rows where ${OWN_ARTIFACT}`, { artifact })
  return found?.n ?? 0
}

// The last that came, whichever host they are of; what decides that is narrow, the rest is read for them alone.
const NEWEST = `${OWN_ARTIFACT} and (batch_id, line) in (
  select batch_id, line from rows where ${OWN_ARTIFACT} order by batch_id desc, line desc limit ${PREVIEWED})`

/** The newest rows as they came, with at most 64 kB of each. */
export const newestRaw = (rows: TenantRows, artifact: string) =>
  rows.select<{ raw: string }>(
    `select substring(rows.raw, 1, 65536) as raw from rows where tenant_id = {tenant:UInt64} and ${NEWEST}
     order by batch_id desc, line desc`,
    { artifact },
  )

type Dated = { host_id: number; batch_id: number; line: number; event_ms: number | null; was_ms: number | null }
type Previewed = Dated & {
  times_ms: number[]
  labels: string[]
  values: { type: string; field: string; value: string }[]
}
type Value = Pick<Dated, 'batch_id' | 'line'> & Previewed['values'][number]

/** What a map would make of the newest rows: their times, and what they would be sightings of. */
export async function previewRows(rows: TenantRows, artifact: string, columns: MappedColumn[], times: TimesSql) {
  const maps = [{ artifacts: [artifact], columns }]
  const [found, values] = await Promise.all([
    rows.select<Omit<Previewed, 'values'>>(
      `select host_id, batch_id, line, toUnixTimestamp64Milli(event) as event_ms, toUnixTimestamp64Milli(event_time) as was_ms,
         arrayMap(t -> toUnixTimestamp64Milli(t), found) as times_ms, labels
       from (select host_id, batch_id, line, event_time, ${times.eventTime} as event, ${times.times} as found,
           ${times.labels} as labels
         from rows where tenant_id = {tenant:UInt64} and ${NEWEST})
       order by batch_id desc, line desc`,
      { artifact },
      { seconds: 20 },
    ),
    previewValues(rows, artifact, maps),
  ])
  return found.map((row) => ({
    ...row,
    values: values.filter(({ batch_id, line }) => batch_id === row.batch_id && line === row.line),
  }))
}

async function previewValues(rows: TenantRows, artifact: string, maps: ColumnsOf[]): Promise<Value[]> {
  const observables = observablesSql(maps, NEWEST)
  if (!observables) return []
  const names = foreignNamesSql(maps, NEWEST)
  const found = names
    ? await rows.select<{ name: string }>(names, { artifact }, { seconds: 20, settings: SIGHTINGS_SETTINGS })
    : []
  const idn = found.map(({ name }) => name)
  return rows.select<Value>(
    `select batch_id, line, type, field, substring(value, 1, ${CELL_BYTES}) as value from (${observables})`,
    { artifact, idn, ascii: idn.map(asciiName) },
    { seconds: 20, maxRows: 100_000, settings: SIGHTINGS_SETTINGS },
  )
}

const VALUES = 3
const DEEPEST = 6

/** The first different values at each path of these rows, in the order of their columns. */
export function valuesIn(raws: string[]): Map<string, string[]> {
  const values = new Map<string, string[]>()
  const note = (path: string, text: string) => {
    const known = values.get(path) ?? []
    values.set(path, known)
    if (text !== '' && known.length < VALUES && !known.includes(text)) known.push(text)
  }
  for (const raw of raws) walk(parsed(raw), '', 0, note)
  return values
}

function walk(value: unknown, path: string, depth: number, note: (path: string, text: string) => void): void {
  if (isObject(value) && depth < DEEPEST) {
    for (const [key, inner] of Object.entries(value)) walk(inner, path ? `${path}.${key}` : key, depth + 1, note)
  } else if (path !== '' && !(Array.isArray(value) && value.some(isObject))) {
    const text = typeof value === 'string' ? value : value === null ? '' : (stringify(value) ?? '')
    note(path, text.slice(0, CELL_BYTES))
  }
}

// A number of lossless-json is an object of its own class.
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

function parsed(raw: string): unknown {
  try {
    return parse(raw)
  } catch {
    return null // longer than what was read of it
  }
}
