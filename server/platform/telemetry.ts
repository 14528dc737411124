import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
  SettingsMap,
} from '@clickhouse/client'
import { type Remembered, remember } from './remembered.ts'
import { Left, rethrow } from './telemetry-failures.ts'

export { inTime, orAway } from './telemetry-failures.ts'

/** Every ClickHouse table that holds tenants' rows. Each statement is filtered on all of them. */
export const ROW_TABLES = [
  'rows',
  'reject',
  'sightings',
  'incoming',
  'incoming_flaw',
  'incoming_host',
  'incoming_key',
  'incoming_seen',
] as const

export type Params = Record<string, unknown>
/** Without it the engine reads `as materialized`, and still runs the statement once for each place that names it. */
export const WITH_ONCE = { enable_materialized_cte: 1 } as const

type Limits = { seconds?: number; maxRows?: number; settings?: ClickHouseSettings }

/** The only door to ClickHouse. `forTenant` is the only way to reach rows. */
export type Telemetry = ReturnType<typeof openTelemetry>
export type TenantRows = ReturnType<Telemetry['forTenant']>

/**
 * Connects to the row engine at `url`. Nothing is sent before the first statement. `rememberedBytes`: of answers that are
 * kept until stored rows change.
 */
export function openTelemetry(
  url: string,
  { name = 'velocicompanion', maxConnections = 10, rememberedBytes = 0 } = {},
) {
  const client = createClient({
    url,
    application: name,
    max_open_connections: maxConnections,
    use_multipart_params_auto: true, // long parameters go in the body, not the URL
    request_timeout: 600_000,
    compression: { request: false, response: false },
    log: { level: ClickHouseLogLevel.OFF }, // failures are thrown, and logged where they are handled
  })

  const remembered =
    rememberedBytes > 0
      ? remember(
          () => versionOf(client),
          rememberedBytes,
          (error) => error instanceof Left,
        )
      : null

  return {
    client,
    /** `signal`: a reader who has left; what it was asking is stopped in the engine too. Writes are carried through. */
    forTenant: (tenantId: number, signal?: AbortSignal) => forTenant({ client, remembered }, tenantId, signal),
    /** Whether the engine answers within a second. */
    ping: async () => (await Promise.race([client.ping(), late(1_000)])).success,
    close: () => client.close(),
  }
}

type Engine = { client: ClickHouseClient; remembered: Remembered | null }

/** `name`: what the statements belong to, by which the engine finds those that still run. */
function forTenant(engine: Engine, tenantId: number, signal?: AbortSignal, name?: string) {
  const { client } = engine
  const bound = (params: Params) => ({ ...params, tenant: tenantId })
  const left = signal ? { abort_signal: signal } : {}
  const named = name ? { log_comment: nameOf(tenantId, name) } : {}

  return {
    tenantId,

    /**
     * Rows of a SELECT as objects. SQL names `tenant_id = {tenant:UInt64}` itself for the primary key; the filter
     * added here holds even where it does not. What stored rows answer is remembered until any of them change. Throws
     * AppError `unavailable` when the engine is down or too slow.
     */
    async select<Row>(
      query: string,
      params: Params = {},
      { seconds = 10, maxRows = 10_000, settings }: Limits = {},
    ): Promise<Row[]> {
      const clickhouse_settings = {
        ...scope(tenantId),
        readonly: '2' as const,
        max_execution_time: seconds,
        max_result_rows: String(maxRows),
        output_format_json_quote_64bit_integers: 0 as const,
        ...WHOLE,
        ...settings,
      }
      const query_params = bound(params)
      const ask = async () => {
        const asked = { ...left, query, format: 'JSONEachRow' as const, query_params, clickhouse_settings }
        const answer = await client.query(asked).catch(rethrow)
        return answer.text().catch(rethrow)
      }
      const { remembered } = engine
      const question = [query, query_params, clickhouse_settings]
      return rowsIn<Row>(remembered && isOfStoredRows(query) ? await remembered(question, ask) : await ask())
    },

    /** A SELECT as a stream of bytes in `format`, for downloads. `seconds`: how long the engine may work on it. */
    async stream(
      query: string,
      params: Params,
      format: 'JSONEachRow' | 'CSVWithNames' | 'TSVRaw' | 'Parquet',
      { seconds = 600, settings }: Limits = {},
    ): Promise<Readable> {
      const answer = await client
        .exec({
          ...left,
          query: `${query} format ${format}`,
          query_params: bound(params),
          clickhouse_settings: {
            ...scope(tenantId),
            readonly: '2',
            max_execution_time: seconds,
            output_format_json_quote_64bit_integers: 0,
            ...settings,
          },
        })
        .catch(rethrow)
      return answer.stream
    },

    /** A statement that writes this tenant's rows from other rows of this tenant, or from `body`. */
    async write(query: string, params: Params = {}, body?: Readable, settings: ClickHouseSettings = {}): Promise<void> {
      const request = {
        query,
        query_params: bound(params),
        clickhouse_settings: { ...scope(tenantId), max_execution_time: 600, ...named, ...settings },
      }
      if (!body) return void (await client.command(request).catch(rethrow))
      const answer = await client.exec({ ...request, values: body }).catch(rethrow)
      for await (const _chunk of answer.stream) void _chunk
    },

    /** The same rows; what is written through them bears this name. */
    named: (name: string) => forTenant(engine, tenantId, signal, name),

    /** Ends every write of this name that still runs, whoever began it, and resolves when none does. */
    async stop(name: string): Promise<void> {
      const which = `startsWith(Settings['log_comment'], {name:String})`
      const query_params = { name: nameOf(tenantId, name) }
      const running = async () => {
        const asked = { query: `select 1 from system.processes where ${which}`, query_params }
        return (await client.query({ ...asked, format: 'JSONEachRow' })).json()
      }
      for (; (await running().catch(rethrow)).length > 0; await sleep(STOPPING_MS))
        await client.command({ query: `kill query where ${which} async`, query_params }).catch(rethrow)
    },

    /** A write that deletes where partitions go beside it: repeated while the engine puts it off, so it must bear that. */
    async remove(query: string, params: Params = {}): Promise<void> {
      for (let tries = 0; ; tries += 1) {
        const refused = await this.write(query, params).then(
          () => null,
          (error: unknown) => error as Error,
        )
        if (!refused) return
        if (!PUT_OFF.test(refused.message) || tries === MOST_TRIES) throw refused
        await sleep(PAUSE_MS)
      }
    },
  }
}

const rowsIn = <Row>(text: string) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Row)

const REMEMBERED_TABLES = ['rows', 'sightings'] as const
const CHANGING = new RegExp(
  `\\b(${ROW_TABLES.filter((table) => !(REMEMBERED_TABLES as readonly string[]).includes(table)).join('|')}|system|now|now64|today|yesterday|rand\\w*)\\b`,
)
/** Whether an answer follows from stored rows and sightings alone. A word that only looks like another source is taken for one. */
const isOfStoredRows = (query: string) => !CHANGING.test(query)

/** The state of the stored rows: the parts the tables consist of, by what is in them. Null where the engine does not tell. */
async function versionOf(client: ClickHouseClient): Promise<string | null> {
  const tables = REMEMBERED_TABLES.map((table) => `'${table}'`).join(', ')
  const query = `select toString(sum(cityHash64(table, name, hash_of_all_files))) as version, toString(count()) as parts
    from system.parts where active and database = currentDatabase() and table in (${tables})`
  try {
    return await (await client.query({ query, format: 'JSONEachRow', clickhouse_settings: { max_threads: 1 } })).text()
  } catch {
    return null
  }
}

// What fails while it is answered is told as what it is, not by a connection that breaks off.
const WHOLE: ClickHouseSettings = { wait_end_of_query: 1, http_response_buffer_size: '4000000' }

/** What the engine says of a mutation that it cancelled because a partition of the same table went, or because it was shut down. */
export const PUT_OFF = /Cancelled mutating parts|\(ABORTED\)/
const MOST_TRIES = 200
const PAUSE_MS = 300
const STOPPING_MS = 50

// The end is marked: one name may begin as another does.
const nameOf = (tenantId: number, name: string) => `tenant ${tenantId} ${name};`

const scope = (tenantId: number): ClickHouseSettings => ({
  additional_table_filters: SettingsMap.from(
    Object.fromEntries(ROW_TABLES.map((table) => [table, `tenant_id = ${tenantId}`])),
  ),
})

const late = (ms: number) =>
  new Promise<{ success: false }>((resolve) => setTimeout(() => resolve({ success: false }), ms).unref())
