import type { Readable } from 'node:stream'
import { type Narrowed, where } from '#server/modules/telemetry/rows.ts'
import { AppError } from '#server/platform/errors.ts'
import { jsonFields } from '#server/platform/json-fields.ts'
import type { Params, TenantRows } from '#server/platform/telemetry.ts'

/** How long the engine may work on one file. */
const SECONDS = 1800
const COUNT_SECONDS = 20
export const MOST_COLUMNS = 400

/** How many rows the filter meets, and of which artifacts (20 at most); null when counting them takes too long. */
export const countRows = async (
  rows: TenantRows,
  filter: Narrowed,
): Promise<{ n: number; artifacts: string[] } | null> => {
  const { conditions, params } = where(filter)
  const counted = rows.select<{ n: number; artifacts: string[] }>(
    `select count() as n, arraySort(groupUniqArray(20)(toString(artifact))) as artifacts from rows where ${conditions.join(' and ')}`,
    params,
    { seconds: COUNT_SECONDS },
  )
  return counted.then(
    ([found]) => found ?? { n: 0, artifacts: [] },
    (error: unknown) => {
      if (error instanceof AppError && error.message.startsWith('The search')) return null
      throw error
    },
  )
}

/** The top-level columns of these rows, in the order most rows have them, and the hosts they are of. */
export async function partsOf(rows: TenantRows, filter: Narrowed): Promise<{ columns: string[]; hosts: number[] }> {
  const { conditions, params } = where(filter)
  const of = `from rows where ${conditions.join(' and ')}`
  const [columns, hosts, unread] = await Promise.all([
    rows.select<{ name: string }>(
      `select name from (select arrayJoin(arrayZip(JSONExtractKeys(raw) as keys, arrayEnumerate(keys))) as pair, pair.1 as name, pair.2 as place ${of})
       group by name order by min(place), count() desc, name limit 10000`,
      params,
      { seconds: 300 },
    ),
    rows.select<{ id: number }>(`select distinct host_id as id ${of}`, params, { seconds: 300, maxRows: 1_000_000 }),
    // Half a character or a whole number beyond 64 bits is more than the engine's own reader takes.
    rows.select<{ raw: string }>(`select raw ${of} and empty(JSONExtractKeys(raw)) limit 5000`, params, {
      seconds: 300,
    }),
  ])
  const names = new Set(columns.map(({ name }) => name))
  for (const { raw } of unread) for (const name of jsonFields(raw).keys()) names.add(name)
  return { columns: [...names], hosts: hosts.map(({ id }) => id) }
}

export type ExportedRow = {
  host_id: number
  artifact: string
  at: string | null
  batch_id: number
  line: number
  flow_id: string
  raw: string
}

// In the order they lie in, so that nothing is sorted and nothing is held.
const ORDER = 'order by tenant_id, artifact, host_id, batch_id, line limit {limit:UInt64}'

/** Rows as JSON objects, one a line. */
export function storedRows(rows: TenantRows, filter: Narrowed, limit: number): Promise<Readable> {
  const { conditions, params } = where(filter)
  return rows.stream(
    `select host_id, artifact, toString(event_time) as at, batch_id, line, flow_id, raw from rows
     where ${conditions.join(' and ')} ${ORDER}`,
    { ...params, limit },
    'JSONEachRow',
    { seconds: SECONDS },
  )
}

/** Rows exactly as they came, one a line; a line break between the parts of one stands as a space. */
export function exactLines(rows: TenantRows, filter: Narrowed, limit: number): Promise<Readable> {
  const { conditions, params } = where(filter)
  return rows.stream(
    `select translate(raw, '\\n\\r', '  ') as raw from rows where ${conditions.join(' and ')} ${ORDER}`,
    { ...params, limit },
    'TSVRaw',
    { seconds: SECONDS },
  )
}

type Named = { hosts: number[]; names: string[]; about: string; columns: string[] }

/** Rows as Parquet: where each came from, its columns as text (`fields`), the row as it came, and what was asked. */
export function parquet(rows: TenantRows, filter: Narrowed, limit: number, named: Named): Promise<Readable> {
  const { conditions, params } = where(filter)
  const more: Params = {
    limit,
    host_ids: named.hosts,
    host_names: named.names,
    about: named.about,
    columns: named.columns,
  }
  return rows.stream(
    `select artifact::String as artifact, transform(host_id, {host_ids:Array(UInt64)}, {host_names:Array(String)}, '') as host,
       event_time, ingested_at as received, batch_id as delivery, line, flow_id as flow,
       mapFilter((k, v) -> v != '', mapFromArrays({columns:Array(String)}, arrayMap(k ->
         if(JSONType(rows.raw, k) = 'String', JSONExtractString(rows.raw, k), JSONExtractRaw(rows.raw, k)), {columns:Array(String)}))) as fields,
       rows.raw as raw, {about:String} as export
     from rows where ${conditions.join(' and ')} ${ORDER}`,
    { ...params, ...more },
    'Parquet',
    { seconds: SECONDS },
  )
}
