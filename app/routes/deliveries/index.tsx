import { useLoaderData } from '@remix-run/react'
import { AlarmLines } from '#app/components/alarm-list.tsx'
import { BatchTable } from '#app/components/batch-table.tsx'
import { ChoiceFilter, TextFilter } from '#app/components/filter-bar.tsx'
import { Refresh } from '#app/components/icons.tsx'
import { IntakeNotice } from '#app/components/intake.tsx'
import { Link } from '#app/components/link.tsx'
import { ListFrame } from '#app/components/list-frame.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { SectionHead } from '#app/components/page-head.tsx'
import { SourcePulseTable } from '#app/components/source-pulse.tsx'
import { isUnderWay } from '#app/components/states.tsx'
import { UploadForm } from '#app/components/upload-form.tsx'
import { load } from '#app/lib/api.server.ts'
import { number } from '#app/lib/format.ts'
import { useLive } from '#app/lib/live.ts'
import { titled } from '#app/lib/title.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { BatchList } from '#server/modules/ingestion/schema.ts'

export const meta = titled('Deliveries')
export const handle = { trail: () => [{ title: 'Deliveries' }] }

const FILTERS = ['q', 'state', 'format', 'sourceId', 'from', 'to', 'rejects'] as const

export const loader = load(async ({ api, query, viewer }) => {
  const list = BatchList.parse(query)
  const [page, sources, alarms, pressure] = await Promise.all([
    api.ingestion.list(list),
    api.pulse.list(),
    api.alarms.standing(),
    api.tenants.intake(),
  ])
  const filtered = FILTERS.some((name) => list[name] !== undefined)
  const intake = { pressure, tenant: viewer.tenantName }
  return { ...page, sources, alarms, list, filtered, intake, refused: query.error?.slice(0, 300) ?? null }
})

const STATES = [
  { value: 'receiving', title: 'receiving' },
  { value: 'needs_artifact', title: 'needs a name' },
  { value: 'spooled', title: 'waiting' },
  { value: 'loading', title: 'loading' },
  { value: 'done', title: 'done' },
  { value: 'failed', title: 'failed' },
]
const FORMATS = [
  { value: 'jsonl', title: 'JSON lines' },
  { value: 'array', title: 'JSON array' },
  { value: 'csv', title: 'CSV' },
  { value: 'zip', title: 'archive' },
  { value: 'elastic', title: 'Elastic bulk' },
  { value: 'hec', title: 'Splunk events' },
  { value: 'logscale', title: 'LogScale' },
]
const REJECTS = [{ value: 'with', title: 'with rejected rows' }]

export default function Deliveries() {
  const page = useLoaderData<typeof loader>()
  const { rows, list, filtered, sources } = page
  const underWay = rows.some(({ state }) => isUnderWay(state))
  useLive(underWay || page.intake.pressure !== null)
  return (
    <ListFrame
      title="Deliveries"
      about="Each delivery keeps a ledger: received = stored + duplicate + rejected. Nothing is dropped in silence."
      above={<Above underWay={underWay} />}
      page={page}
      filters={
        <>
          <TextFilter
            className="q"
            name="q"
            title="File, artifact, host, client, flow, digest, who"
            type="search"
            placeholder="Find a delivery"
          />
          <ChoiceFilter name="state" title="State" none="Any" choices={STATES} />
          {sources.length > 0 && (
            <ChoiceFilter
              name="sourceId"
              title="Source"
              none="Any"
              choices={sources.map(({ id, name }) => ({ value: String(id), title: name }))}
            />
          )}
          <ChoiceFilter name="format" title="Format" none="Any" choices={FORMATS} />
          <ChoiceFilter name="rejects" title="Rejected" none="Any" choices={REJECTS} />
          <TextFilter name="from" title="From (UTC)" placeholder="2026-02-05 13:00" />
          <TextFilter name="to" title="To (UTC)" placeholder="2026-02-06" />
        </>
      }
    >
      <BatchTable batches={rows} sorted={list} empty={filtered ? <NoMatch /> : <NoDelivery />} />
    </ListFrame>
  )
}

/** What concerns all deliveries; out of the way while somebody looks for one. */
function Above({ underWay }: { underWay: boolean }) {
  const { rows, alarms, sources, refused, filtered, list, intake } = useLoaderData<typeof loader>()
  const mayWrite = useMayWrite()
  const first = !filtered && !list.cursor
  return (
    <>
      {refused && (
        <Notice kind="bad" role="alert">
          <b>The file was refused.</b> {refused}
        </Notice>
      )}
      <IntakeNotice {...intake} />
      {mayWrite && <UploadForm batches={rows} />}
      {first && alarms.length > 0 && (
        <section className="pt-3">
          <SectionHead title="Alarms" about={`${number(alarms.filter(({ state }) => state === 'open').length)} open`}>
            <Link className="link" to="/alarms">
              All alarms
            </Link>
          </SectionHead>
          <AlarmLines alarms={alarms} />
        </section>
      )}
      {first && sources.length > 0 && (
        <section className="pt-3">
          <SectionHead title="Sources" about="how each delivers" />
          <SourcePulseTable sources={sources} />
        </section>
      )}
      <div className="pt-3">
        <SectionHead title="Ledger">
          {underWay && (
            <Link className="link inline-flex items-center gap-1" to="" preventScrollReset>
              <Refresh aria-hidden="true" />
              Refresh
            </Link>
          )}
        </SectionHead>
      </div>
    </>
  )
}

const NoMatch = () => (
  <Nothing
    title="No delivery matches"
    actions={
      <Link className="btn" to="?">
        Show all deliveries
      </Link>
    }
  >
    Names of files, artifacts, hosts, clients, flows, digests, sources and people are searched.
  </Nothing>
)

const NoDelivery = () => (
  <Nothing title="No delivery yet">
    Rows come as JSON lines, a JSON array, Velociraptor's CSV, or an exported collection or hunt (ZIP); each may be
    gzip.
  </Nothing>
)
