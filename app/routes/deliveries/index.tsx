import { useLoaderData } from '@remix-run/react'
import { BatchTable } from '#app/components/batch-table.tsx'
import { ChoiceFilter, FilterBar } from '#app/components/filter-bar.tsx'
import { IntakeNotice } from '#app/components/intake.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Pager } from '#app/components/pager.tsx'
import { isUnderWay } from '#app/components/states.tsx'
import { UploadForm } from '#app/components/upload-form.tsx'
import { load } from '#app/lib/api.server.ts'
import { useLive } from '#app/lib/live.ts'
import { titled } from '#app/lib/title.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { BatchList } from '#server/modules/ingestion/schema.ts'

export const meta = titled('Deliveries')
export const handle = { trail: () => [{ title: 'Deliveries' }] }

export const loader = load(async ({ api, query, viewer }) => {
  const list = BatchList.parse(query)
  const intake = { pressure: await api.tenants.intake(), tenant: viewer.tenantName }
  return { ...(await api.ingestion.list(list)), list, intake, refused: query.error?.slice(0, 300) ?? null }
})

const STATES = [
  { value: 'receiving', title: 'receiving' },
  { value: 'spooled', title: 'waiting' },
  { value: 'loading', title: 'loading' },
  { value: 'done', title: 'done' },
  { value: 'failed', title: 'failed' },
]

export default function Deliveries() {
  const { rows, next, prev, total, list, intake, refused } = useLoaderData<typeof loader>()
  const mayWrite = useMayWrite()
  useLive(intake.pressure !== null || rows.some(({ state }) => isUnderWay(state)))
  return (
    <>
      <PageHead
        title="Deliveries"
        about="Each delivery keeps a ledger: received = stored + duplicate + rejected. Nothing is dropped in silence."
      />
      {refused && (
        <Notice kind="bad" role="alert">
          <b>The file was refused.</b> {refused}
        </Notice>
      )}
      <IntakeNotice {...intake} />
      {mayWrite && <UploadForm batches={rows} />}
      <SectionHead title="Ledger" />
      <FilterBar label="Deliveries">
        <ChoiceFilter name="state" title="State" none="Any" choices={STATES} />
      </FilterBar>
      <BatchTable
        batches={rows}
        sorted={list}
        empty={
          list.state ? (
            <Nothing
              title="No delivery is in this state"
              actions={
                <Link className="btn" to="?">
                  Show all deliveries
                </Link>
              }
            />
          ) : (
            <Nothing title="No delivery yet">
              Rows come as JSON lines or as Velociraptor's table CSV, plain or gzip.
            </Nothing>
          )
        }
      />
      <Pager count={rows.length} limit={list.limit} next={next} prev={prev} total={total} />
    </>
  )
}
