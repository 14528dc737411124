import { createReadStream } from 'node:fs'
import { createClient } from '@clickhouse/client'
import { seconds } from './rest-client.ts'

// What one would write by hand to bring these very lines into the same columns.
const ROWS = `insert into bench_rows (tenant_id, artifact, host_id, event_time, ingested_at, batch_id, line, flow_id, row_key, row, raw)
  select 0, JSONExtractString(raw, 'Artifact'), sipHash64(JSONExtractString(raw, 'ClientId')),
    parseDateTime64BestEffortOrNull(firstNonDefault(JSONExtractString(raw, 'CreateTime'), JSONExtractString(raw, 'EventTime'),
      JSONExtractString(raw, 'Timestamp'), JSONExtractString(raw, 'Created')), 3), now64(3), 1, rowNumberInAllBlocks(),
    JSONExtractString(raw, 'FlowId'), sipHash128(raw), raw, raw
  from input('raw String') format LineAsString`

/** Seconds the engine needs alone for the same file into tables of the same shape: JSON columns, text index, fsync. */
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
  const started = performance.now()
  const values = createReadStream(file, { highWaterMark: 1024 * 1024 })
  const { stream } = await client.exec({ query: ROWS, values })
  for await (const _ of stream) void _
  const took = seconds(started)
  await client.command({ query: 'drop table bench_rows' })
  await client.close()
  return took
}
