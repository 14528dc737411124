import { useLoaderData } from '@remix-run/react'
import Download from 'lucide-react/icons/download'
import { Balance } from '#app/components/balance.tsx'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Pairs } from '#app/components/record.tsx'
import { isUnderWay, StateWord, stateWord } from '#app/components/states.tsx'
import { FullTime } from '#app/components/time.tsx'
import { Bar } from '#app/components/upload-form.tsx'
import { Value, WholeValue } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { bytes, counted, duration, number } from '#app/lib/format.ts'
import { useLive } from '#app/lib/live.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { titledBy } from '#app/lib/title.ts'
import { BatchId } from '#server/modules/ingestion/schema.ts'

type Named = { batch: { id: number } }
export const meta = titledBy(({ batch }: Named) => `Delivery ${batch.id}`)
export const handle = {
  trail: ({ batch }: Named) => [{ title: 'Deliveries', to: '/deliveries' }, { title: `Delivery ${batch.id}` }],
}

const REJECTS = 50

export const loader = load(async ({ api, params, query }) => {
  const { id } = BatchId.parse({ id: params.batchId })
  const after = query.after ? Number(query.after) : undefined
  const [batch, rejects] = await Promise.all([
    api.ingestion.get({ id }),
    api.ingestion.rejects({ id, after, limit: REJECTS }),
  ])
  return { batch, rejects, after: after ?? null }
})

type Batch = ReturnType<typeof useLoaderData<typeof loader>>['batch']
type Reject = ReturnType<typeof useLoaderData<typeof loader>>['rejects']['rows'][number]

export default function Delivery() {
  const { batch } = useLoaderData<typeof loader>()
  useLive(isUnderWay(batch.state))
  return (
    <>
      <PageHead
        title={`Delivery ${batch.id}`}
        about={batch.filename ? <WholeValue text={batch.filename} /> : 'without a file name'}
      >
        {batch.stored > 0 && (
          <Link className="btn" to={rowsLink({ batchId: batch.id })}>
            Open its rows
          </Link>
        )}
      </PageHead>
      <p className="sr-only" role="status">
        Delivery {batch.id}: {stateWord(batch.state)}
      </p>
      <State batch={batch} />
      <div className="cols pt-3">
        <section>
          <Balance batch={batch} />
          <Rejects />
        </section>
        <aside>
          <SectionHead title="How it came" />
          <Provenance batch={batch} />
        </aside>
      </div>
    </>
  )
}

/** The sentence that can be signed, or how far the work is. */
function State({ batch }: { batch: Batch }) {
  if (isUnderWay(batch.state)) {
    return (
      <Notice>
        <b>
          {batch.state === 'loading' ? 'Loading' : batch.state === 'spooled' ? 'Waiting for its turn' : 'Receiving'}{' '}
          delivery {batch.id}.
        </b>{' '}
        {batch.progress_pct !== null && `${batch.progress_pct}% of ${bytes(batch.bytes)} read. `}You may leave this
        page.
        {batch.progress_pct !== null && <Bar pct={batch.progress_pct} name="Loading" />}
      </Notice>
    )
  }
  if (batch.state === 'failed') {
    return (
      <Notice kind="bad" role="alert">
        <b>This delivery failed.</b> {batch.error} Rows stored so far stay; sending the file again does not double them.
      </Notice>
    )
  }
  return (
    <p className="receipt">
      <StateWord state={batch.state} />
      <span className="says">
        <b>{counted(batch.received, 'row')} received</b> ={' '}
        <Link className="num" to={rowsLink({ batchId: batch.id })}>
          {number(batch.stored)} stored
        </Link>{' '}
        + {number(batch.duplicate)} duplicate +{' '}
        {batch.rejected > 0 ? (
          <a className="num" href="#rejected">
            {number(batch.rejected)} rejected
          </a>
        ) : (
          '0 rejected'
        )}
        {batch.done_at && (
          <>
            , at <FullTime at={batch.done_at} />
          </>
        )}
        .
        {batch.same_content_as && (
          <>
            {' '}
            The same file came before, as{' '}
            <Link className="num" to={`/deliveries/${batch.same_content_as}`}>
              delivery {batch.same_content_as}
            </Link>
            .
          </>
        )}
      </span>
    </p>
  )
}

const Provenance = ({ batch }: { batch: Batch }) => (
  <Pairs
    pairs={{
      Through: batch.source_name ? <Value text={batch.source_name} /> : 'upload',
      By: batch.created_by_name ? <Value text={batch.created_by_name} /> : 'its token',
      Arrived: <FullTime at={batch.created_at} />,
      Took: batch.done_at ? duration(batch.done_at.getTime() - batch.created_at.getTime()) : 'not done',
      Artifact: batch.artifact ? <Value text={batch.artifact} /> : 'as its rows say',
      Host: batch.hostname ? <Value text={batch.hostname} /> : 'as its rows say',
      Format: batch.format ?? 'unknown',
      Size: bytes(batch.bytes),
      'SHA-256': <WholeValue text={batch.sha256} />,
    }}
  />
)

const COLUMNS: Column<Reject>[] = [
  { title: 'Reason', className: 'w-2/5', wrap: true, cell: (reject) => reject.reason },
  { title: 'Line as it came', cell: (reject) => <Value text={reject.raw} path={false} /> },
]

function Rejects() {
  const { batch, rejects, after } = useLoaderData<typeof loader>()
  if (batch.rejected === 0) return null
  return (
    <section id="rejected" className="pt-4">
      <SectionHead title="Rejected rows" about={`${number(rejects.rows.length)} of ${number(batch.rejected)}, by line`}>
        <a
          className="link inline-flex items-center gap-1"
          href={`/api/ingestion/batches/${batch.id}/rejects?download=1`}
          download
        >
          <Download aria-hidden="true" />
          Download all
        </a>
      </SectionHead>
      <DataTable
        caption="Rejected rows"
        rows={rejects.rows}
        columns={COLUMNS}
        rowKey={(reject) => reject.line}
        margin={{ title: 'Line', wide: true, cell: (reject) => number(reject.line) }}
      />
      <nav className="pager" aria-label="Pages of rejected rows">
        <span />
        {after !== null && (
          <Link className="btn quiet" to="?#rejected">
            First
          </Link>
        )}
        {rejects.next !== null && (
          <Link className="btn" to={`?after=${rejects.next}#rejected`}>
            Next
          </Link>
        )}
      </nav>
    </section>
  )
}
