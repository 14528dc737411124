import { createReadStream } from 'node:fs'
import { createClient } from '@clickhouse/client'
import { mapOf, SIGHTINGS_SETTINGS, sightingsSql } from '#server/modules/columns/service.ts'
import { HUNT_ARTIFACTS } from './hunt-file.ts'
import { seconds } from './rest-client.ts'

// What one would write by hand to bring these very lines into the same columns.
const ROWS = `insert into bench_rows (tenant_id, artifact, host_id, event_time, ingested_at, batch_id, line, flow_id, row_key, row, raw)
  select 0, JSONExtractString(raw, 'Artifact'), sipHash64(JSONExtractString(raw, 'ClientId')),
    parseDateTime64BestEffortOrNull(firstNonDefault(JSONExtractString(raw, 'CreateTime'), JSONExtractString(raw, 'EventTime'),
      JSONExtractString(raw, 'Timestamp'), JSONExtractString(raw, 'Created')), 3), now64(3), 1, rowNumberInAllBlocks(),
    JSONExtractString(raw, 'FlowId'), sipHash128(raw), raw, raw
  from input('raw String') format LineAsString`

// The same sightings: what of a row is one is not the pipeline's to make cheaper.
const SIGHTINGS = `insert into bench_sightings (tenant_id, type, value, artifact, field, host_id, batch_id, shape, rows, first_seen, last_seen)
  ${sightingsSql(
    HUNT_ARTIFACTS.map((artifact) => ({ artifacts: [artifact], columns: mapOf(artifact, []) })),
    '1',
  )!.replaceAll('from rows ', 'from bench_rows ')}`

/** Seconds the engine needs alone for the same file into tables of the same shape: JSON columns, text index, sightings, fsync. */
export async function bareLoad(url: string, file: string): Promise<number> {
  const client = createClient({
    url,
    request_timeout: 1_800_000,
    clickhouse_settings: {
      type_json_skip_duplicated_paths: 1,
      input_format_try_infer_dates: 0,
      input_format_try_infer_datetimes: 0,
    },
  })
  await client.command({ query: 'create table bench_rows as rows' })
  await client.command({ query: 'create table bench_sightings as sightings' })
  const started = performance.now()
  const values = createReadStream(file, { highWaterMark: 1024 * 1024 })
  const { stream } = await client.exec({ query: ROWS, values })
  for await (const _ of stream) void _
  await client.command({
    query: SIGHTINGS,
    query_params: { tenant: 0, idn: [], ascii: [] },
    clickhouse_settings: { ...SIGHTINGS_SETTINGS },
  })
  const took = seconds(started)
  await client.command({ query: 'drop table bench_rows' })
  await client.command({ query: 'drop table bench_sightings' })
  await client.close()
  return took
}
