import { useLoaderData } from '@remix-run/react'
import { ActivityLines } from '#app/components/activity.tsx'
import { AlarmLines } from '#app/components/alarm-list.tsx'
import { BatchTable } from '#app/components/batch-table.tsx'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { DayLanes } from '#app/components/day-lanes.tsx'
import { FirstSteps } from '#app/components/first-steps.tsx'
import { Clock } from '#app/components/icons.tsx'
import { IntakeNotice } from '#app/components/intake.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Age, FullTime } from '#app/components/time.tsx'
import { load } from '#app/lib/api.server.ts'
import { withDetailText } from '#app/lib/deeds.server.ts'
import { counted, number } from '#app/lib/format.ts'
import { useLive } from '#app/lib/live.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { titled } from '#app/lib/title.ts'
import { useNow } from '#app/lib/viewer.ts'

export const meta = titled('Overview')
export const handle = { trail: () => [{ title: 'Overview' }] }

export const loader = load(async ({ api, origin, viewer }) => {
  const overview = await api.dashboards.overview()
  const intake = { pressure: await api.tenants.intake(), tenant: viewer.tenantName }
  return { intake, ...overview, activity: withDetailText(overview.activity), origin }
})

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>
type Artifact = Loaded['artifacts'][number]

const COLUMNS: Column<Artifact>[] = [
  {
    title: 'Artifact',
    cell: ({ artifact }) => (
      <Link className="lead" to={rowsLink({ artifact })}>
        {artifact}
      </Link>
    ),
  },
  { title: 'Hosts', right: true, className: 'w-20', cell: ({ hosts }) => number(hosts) },
  {
    title: 'Rows',
    right: true,
    className: 'w-28',
    cell: ({ artifact, rows }) => (
      <Link className="n" to={rowsLink({ artifact })}>
        {number(rows)}
      </Link>
    ),
  },
  {
    title: 'Fresh',
    right: true,
    className: 'max-md:hidden w-24',
    cell: ({ last_ingested_at }) => <Age at={last_ingested_at} />,
  },
]

export default function Overview() {
  const overview = useLoaderData<typeof loader>()
  const { rows, batches, artifacts, alarms, activity, origin, intake } = overview
  const now = useNow()
  const untouched = rows?.total === 0 && batches.latest.length === 0
  useLive(batches.inProgress > 0 || intake.pressure !== null)
  return (
    <>
      <PageHead
        title="Overview"
        about={
          untouched ? (
            'No row has arrived yet. Drop a file or connect a server, and this page fills itself.'
          ) : (
            <>
              30 days to <FullTime at={now} />
            </>
          )
        }
      />
      {!rows && (
        <Notice kind="bad" role="alert" action={<Link to="/">Try again</Link>}>
          <b>Row storage does not answer.</b> Hosts, deliveries and users still work; rows cannot be counted or searched
          now.
        </Notice>
      )}
      <IntakeNotice {...intake} />
      {!untouched && <Receipt overview={overview} />}
      <DayLanes overview={overview} />
      {untouched ? (
        <FirstSteps origin={origin} />
      ) : (
        <div className="cols pt-5">
          <div className="min-w-0">
            <SectionHead title="Latest deliveries" about={deliveriesLine(batches)}>
              <Link className="link" to="/deliveries">
                All deliveries
              </Link>
            </SectionHead>
            <BatchTable beside batches={batches.latest} empty={<Nothing title="No delivery yet" />} />
            <div className="pt-5">
              <SectionHead title="Artifacts" about="by rows">
                <Link className="link" to="/rows">
                  All rows
                </Link>
              </SectionHead>
              <DataTable
                caption="Artifacts by rows"
                rows={artifacts}
                columns={COLUMNS}
                rowKey={({ artifact }) => artifact}
                margin={{ title: 'Rank', cell: (_, line) => line + 1 }}
                empty={<Nothing title="No artifact has answered yet" />}
              />
            </div>
          </div>
          <aside>
            {alarms.length > 0 && (
              <div className="pb-5">
                <SectionHead
                  title="Alarms"
                  about={`${number(alarms.filter(({ state }) => state === 'open').length)} open`}
                >
                  <Link className="link" to="/alarms">
                    All alarms
                  </Link>
                </SectionHead>
                <AlarmLines alarms={alarms} />
              </div>
            )}
            <SectionHead title="Latest activity">
              <Link className="link" to="/activity">
                All activity
              </Link>
            </SectionHead>
            {activity.length > 0 ? <ActivityLines deeds={activity} /> : <Nothing title="Nothing was done yet" />}
          </aside>
        </div>
      )}
    </>
  )
}

/** What is stored, in one sentence that can be signed. */
const Receipt = ({ overview: { rows, hosts, batches } }: { overview: Loaded }) => (
  <p className="receipt">
    <Clock aria-hidden="true" />
    <span className="says">
      {rows && (
        <>
          <b>{counted(rows.total, 'row')}</b> of <b>{counted(hosts.total, 'host')}</b> are stored, exactly as they came;{' '}
        </>
      )}
      <Link className="num" to="/hosts?sort=last_seen_at&dir=desc">
        {counted(hosts.seen24h, 'host')}
      </Link>{' '}
      seen in the last 24 hours.{' '}
      {batches.inProgress > 0 && <b>{counted(batches.inProgress, 'delivery is', 'deliveries are')} loading now.</b>}
    </span>
  </p>
)

const deliveriesLine = ({ done24h, failed24h }: Loaded['batches']) =>
  `${counted(done24h, 'delivery', 'deliveries')} done in 24 hours, ${failed24h === 0 ? 'none' : number(failed24h)} failed`
