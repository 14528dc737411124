import { z } from 'zod'
import { Lookup } from '../modules/enrichment/schema.ts'
import { Exported } from '../modules/exporting/schema.ts'
import { HostSlice, NewHost } from '../modules/hosts/schema.ts'
import { Push } from '../modules/ingestion/schema.ts'
import { Slice } from '../platform/input.ts'
import { DeliveryQuery, takeDelivery } from './deliveries.ts'
import { sendRows } from './exports.ts'
import { takePush } from './pushes.ts'
import { RejectQuery, readRejects } from './rejects.ts'
import { route } from './route.ts'
import { AlarmRead, BatchRead, HostRead, Ingested, RejectRead, Verdict } from './shapes.ts'

const one = (says: string, shape: z.ZodType | null, status = 200) => [{ status, shape, says }]
const NO_BATCH = { 404: 'Batch not found, or of another tenant or source' }
const BUSY = {
  429: 'The tenant sends more than it may; nothing was kept, Retry-After says when to come back',
  503: 'No room, or an engine is away; nothing was kept, Retry-After says when to come back',
}
const PUSH_BYTES = 5 * 1024 * 1024

const host = <Row extends { last_seen_at: Date }>(row: Row) => ({ ...row, last_seen: row.last_seen_at })

/** Hosts, what comes in from them, and what others know of it. */
export const DATA_ROUTES = [
  route('GET /hosts', {
    tag: 'hosts',
    summary: "The tenant's hosts; filters match parts of the value",
    who: 'bearer',
    procedure: 'hosts.page',
    query: HostSlice,
    success: one('Hosts, by id unless sort_by says otherwise', z.array(HostRead)),
    errors: {},
    run: async ({ api, query }) => (await api.hosts.page(query)).map(host),
  }),
  route('GET /hosts/{id}', {
    tag: 'hosts',
    summary: 'One host',
    who: 'bearer',
    procedure: 'hosts.get',
    success: one('The host', HostRead),
    errors: { 404: 'Host not found, or of another tenant' },
    run: async ({ api, id }) => host(await api.hosts.get({ id })),
  }),
  route('POST /hosts', {
    tag: 'hosts',
    summary: 'Add a host, or fill in the one of that name',
    who: 'bearer',
    procedure: 'hosts.create',
    body: { kind: 'json', schema: NewHost },
    success: one('The host', HostRead, 201),
    errors: {},
    run: async ({ api, body }) => host(await api.hosts.create(body)),
  }),
  route('POST /ingestion/ingest', {
    tag: 'ingestion',
    summary: "Push one host's data; data.results become rows of data.artifact",
    who: 'bearer',
    procedure: 'ingestion.push',
    body: { kind: 'lossless json', schema: Push, maxBytes: PUSH_BYTES },
    admits: true,
    success: one('Kept: every row is stored, rejected with a reason, or known already', Ingested),
    errors: { ...BUSY },
    run: takePush,
  }),
  route('POST /ingestion/batches', {
    tag: 'ingestion',
    summary:
      'Deliver a file: JSON lines, a JSON array, CSV or a ZIP of Velociraptor, plain or gzip, raw or as field "file" of a form; the password of an encrypted ZIP as header X-Archive-Password or field "password"',
    who: 'page',
    procedure: 'ingestion.receive',
    query: DeliveryQuery,
    body: { kind: 'stream', schema: z.unknown() },
    success: [
      { status: 201, shape: BatchRead, says: 'Loaded; the counts say what became of every row' },
      {
        status: 202,
        shape: BatchRead,
        says: 'Safe, and loading, or waiting for the name of its artifact; Location says where to ask',
      },
      { status: 200, shape: BatchRead, says: 'The first result of this Idempotency-Key, with Idempotent-Replayed' },
      { status: 303, shape: null, says: 'To a page, for a form that came from one' },
    ],
    errors: {
      400: 'Content-Digest does not match, or the form is broken',
      409: 'A delivery with this Idempotency-Key is still loading, or it is meant for another tenant',
      413: 'Larger than this server takes',
      415: 'None of the formats, or an unknown encoding',
      ...BUSY,
    },
    run: takeDelivery,
  }),
  route('GET /ingestion/batches', {
    tag: 'ingestion',
    summary: "The tenant's deliveries; a source's token sees its own",
    who: 'bearer',
    procedure: 'ingestion.page',
    query: Slice,
    success: one('Deliveries, by id', z.array(BatchRead)),
    errors: {},
    run: ({ api, query }) => api.ingestion.page(query),
  }),
  route('GET /ingestion/batches/{id}', {
    tag: 'ingestion',
    summary: 'One delivery and its counts',
    who: 'page',
    procedure: 'ingestion.get',
    success: one('The delivery', BatchRead),
    errors: NO_BATCH,
    run: ({ api, id }) => api.ingestion.get({ id }),
  }),
  route('GET /ingestion/batches/{id}/rejects', {
    tag: 'ingestion',
    summary: "A delivery's rejected lines with their reasons",
    who: 'page',
    procedure: 'ingestion.rejects',
    query: RejectQuery,
    success: one('Rejected lines, by line', z.array(RejectRead)),
    errors: NO_BATCH,
    run: readRejects,
  }),
  route('GET /rows/export', {
    tag: 'rows',
    summary: 'Rows as a file: CSV that can be delivered again, JSON lines exactly as they came, or Parquet',
    who: 'page',
    procedure: 'exporting.preview',
    query: Exported,
    success: one('The file, made while it is read; the query and how many rows it met stand in it', null),
    errors: { 503: 'The search took too long, or the row engine is away' },
    run: sendRows,
  }),
  route('GET /alarms', {
    tag: 'alarms',
    summary: 'What fell silent, drifted or failed, and what became of it',
    who: 'bearer',
    procedure: 'alarms.page',
    query: Slice,
    success: one('Alarms, by id', z.array(AlarmRead)),
    errors: {},
    run: ({ api, query }) => api.alarms.page(query),
  }),
  route('POST /vt/lookup', {
    tag: 'enrichment',
    summary: 'What VirusTotal says of a file hash; never an invented verdict',
    who: 'bearer',
    procedure: 'enrichment.lookup',
    body: { kind: 'json', schema: Lookup },
    success: one('Counts, or null with a message that says why', Verdict),
    errors: { 409: 'VirusTotal refused the key', 429: 'Over quota', 502: 'No sound answer from VirusTotal' },
    run: ({ api, body }) => api.enrichment.lookup(body),
  }),
]
