import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Balance } from '#app/components/balance.tsx'
import { BatchTable } from '#app/components/batch-table.tsx'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { DeliveryState } from '#app/components/delivery-state.tsx'
import { Download } from '#app/components/icons.tsx'
import { Link } from '#app/components/link.tsx'
import { MemberTable } from '#app/components/member-table.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Pairs } from '#app/components/record.tsx'
import { placeOf, type Reject, RepairForms } from '#app/components/repair-form.tsx'
import { isUnderWay, stateWord } from '#app/components/states.tsx'
import { FullTime } from '#app/components/time.tsx'
import { Value, WholeValue } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { bytes, duration, number } from '#app/lib/format.ts'
import { useLive } from '#app/lib/live.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { titledBy } from '#app/lib/title.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { BatchId, MemberList, NameArtifact, Repair, Replay, Unlock } from '#server/modules/ingestion/schema.ts'

type Named = { batch: { id: number } }
export const meta = titledBy(({ batch }: Named) => `Delivery ${batch.id}`)
export const handle = {
  trail: ({ batch }: Named) => [{ title: 'Deliveries', to: '/deliveries' }, { title: `Delivery ${batch.id}` }],
}

const REJECTS = 50

export const loader = load(async ({ api, params, query }) => {
  const { id } = BatchId.parse({ id: params.batchId })
  const after = query.after ? Number(query.after) : undefined
  const [batch, rejects, members] = await Promise.all([
    api.ingestion.delivery({ id }),
    api.ingestion.rejects({ id, after, limit: REJECTS }),
    api.ingestion.members(MemberList.parse({ id, after: query.file ?? 0 })),
  ])
  return { batch, rejects, members, after: after ?? null, fileAfter: query.file ? Number(query.file) : null }
})

export const action = act(async ({ api, params, form }) => {
  const { id } = BatchId.parse({ id: params.batchId })
  if (form.intent === 'repair') return redirect(`/deliveries/${(await api.ingestion.repair(mendedLines(id, form))).id}`)
  if (form.intent === 'replay') await api.ingestion.replay(Replay.parse({ ...form, id }))
  else if (form.intent === 'discard') await api.ingestion.discard({ id })
  else if (form.intent === 'unlock') await api.ingestion.unlock(Unlock.parse({ ...form, id }))
  else if (form.intent === 'name') await api.ingestion.nameArtifact(NameArtifact.parse({ ...form, id }))
  return redirect(`/deliveries/${id}`)
})

function mendedLines(id: number, { artifact, hostname, ...form }: Record<string, string>) {
  const lines = Object.entries(form)
    .filter(([name]) => name.startsWith('raw-'))
    .map(([name, raw]) => ({ line: name.slice('raw-'.length), raw }))
  return Repair.parse({ id, artifact, hostname, lines })
}

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>

export default function Delivery() {
  const { batch, members, fileAfter } = useLoaderData<typeof loader>()
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
      <DeliveryState batch={batch} />
      <div className="cols pt-3">
        <div className="min-w-0">
          <Balance batch={batch} />
          <RepairedBy batch={batch} />
          <Rejects />
          {batch.files.length > 0 && (
            <MemberTable members={members.rows} files={batch.files} next={members.next} after={fileAfter} />
          )}
        </div>
        <aside>
          <SectionHead title="How it came" />
          <Provenance batch={batch} />
        </aside>
      </div>
    </>
  )
}

function RepairedBy({ batch }: { batch: Loaded['batch'] }) {
  if (batch.repaired_by.length === 0) return null
  const stored = batch.repaired_by.reduce((sum, repair) => sum + repair.stored, 0)
  return (
    <section className="pt-4">
      <SectionHead
        title="Mended"
        about={`${number(stored)} of its ${number(batch.rejected)} rejected rows were stored later`}
      />
      <BatchTable beside batches={batch.repaired_by} empty={null} />
    </section>
  )
}

const Provenance = ({ batch }: { batch: Loaded['batch'] }) => (
  <Pairs
    pairs={{
      ...(batch.repairs === null
        ? {}
        : {
            Mends: (
              <Link className="num" to={`/deliveries/${batch.repairs}`}>
                delivery {batch.repairs}
              </Link>
            ),
          }),
      Through: batch.source_name ? (
        <Link className="num" to={`/deliveries?sourceId=${batch.source_id}`}>
          <Value text={batch.source_name} />
        </Link>
      ) : (
        'upload'
      ),
      By: batch.created_by_name ? <Value text={batch.created_by_name} /> : 'its token',
      Arrived: <FullTime at={batch.created_at} />,
      Took: batch.done_at ? duration(batch.done_at.getTime() - batch.created_at.getTime()) : 'not done',
      'Newest event': batch.newest_event_at ? <FullTime at={batch.newest_event_at} /> : 'unknown',
      Artifact: batch.artifact ? <Value text={batch.artifact} /> : 'as its rows say',
      Host: batch.hostname ? <Value text={batch.hostname} /> : 'as its rows say',
      ...(batch.client_id ? { Client: <Value text={batch.client_id} /> } : {}),
      ...(batch.flow_id ? { Flow: <Value text={batch.flow_id} /> } : {}),
      Format: batch.format ?? 'unknown',
      Size: bytes(batch.bytes),
      'SHA-256': <WholeValue text={batch.sha256} />,
    }}
  />
)

const COLUMNS: Column<Reject>[] = [
  { title: 'Reason', className: 'max-md:hidden w-2/5', wrap: true, cell: (reject) => reject.reason },
  {
    title: 'Line as it came',
    cell: (reject) => <Value text={reject.raw} path={false} />,
    below: (reject) => <span className="whitespace-normal">{reject.reason}</span>,
    beneath: ({ file }) =>
      file && (
        <div className="label cut">
          in <Value text={file} />
        </div>
      ),
  },
]

function Rejects() {
  const { batch, rejects, after } = useLoaderData<typeof loader>()
  const mayWrite = useMayWrite()
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
        margin={{ title: 'Line', wide: true, cell: placeOf }}
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
      {mayWrite && !isUnderWay(batch.state) && <RepairForms batchId={batch.id} rejects={rejects.rows} />}
    </section>
  )
}
