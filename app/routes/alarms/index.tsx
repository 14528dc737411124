import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { AlarmActs, AlarmFate, AlarmMark, AlarmTitle } from '#app/components/alarm-list.tsx'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { ChoiceFilter, TextFilter } from '#app/components/filter-bar.tsx'
import { Link } from '#app/components/link.tsx'
import { ListFrame } from '#app/components/list-frame.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { titled } from '#app/lib/title.ts'
import { AlarmId, AlarmList } from '#server/modules/alarms/schema.ts'

export const meta = titled('Alarms')
export const handle = { trail: () => [{ title: 'Alarms' }] }

export const loader = load(async ({ api, query }) => {
  const list = AlarmList.parse(query)
  return { ...(await api.alarms.list(list)), list }
})

export const action = act(async ({ api, form }) => {
  const alarm = AlarmId.parse(form)
  if (form.intent === 'close') await api.alarms.close(alarm)
  else await api.alarms.acknowledge(alarm)
  return redirect('/alarms')
})

type Alarm = ReturnType<typeof useLoaderData<typeof loader>>['rows'][number]

const COLUMNS: Column<Alarm>[] = [
  {
    title: 'Alarm',
    wrap: true,
    cell: (alarm) => <AlarmTitle alarm={alarm} />,
    beneath: (alarm) => (
      <div className="label">
        {alarm.says}
        {alarm.batch_id && (
          <>
            {' '}
            <Link className="num" to={`/deliveries/${alarm.batch_id}`}>
              Delivery {alarm.batch_id}
            </Link>
          </>
        )}
      </div>
    ),
    below: (alarm) => <AlarmFate alarm={alarm} />,
  },
  { title: 'Times', right: true, className: 'max-lg:hidden w-16', cell: (alarm) => alarm.times },
  { title: 'What became of it', className: 'max-md:hidden w-72', cell: (alarm) => <AlarmFate alarm={alarm} /> },
  {
    title: <Zoned>Last</Zoned>,
    sort: 'last_at',
    right: true,
    className: 'max-md:hidden w-32',
    cell: (alarm) => <Time at={alarm.last_at} />,
  },
  {
    title: <span className="sr-only">Settle</span>,
    key: 'acts',
    className: 'w-44 max-md:w-28',
    cell: (alarm) => <AlarmActs alarm={alarm} />,
  },
]

const STATES = ['open', 'acknowledged', 'closed'].map((value) => ({ value, title: value }))
const KINDS = [
  { value: 'silence', title: 'silent source' },
  { value: 'drift', title: 'other columns' },
  { value: 'failure', title: 'failed deliveries' },
]

export default function Alarms() {
  const page = useLoaderData<typeof loader>()
  const { list } = page
  return (
    <ListFrame
      title="Alarms"
      about="Sources that fell silent, artifacts whose columns changed, deliveries that failed. One that recurs opens again."
      page={page}
      filters={
        <>
          <TextFilter className="q" name="q" title="Source or artifact" type="search" placeholder="Find an alarm" />
          <ChoiceFilter name="state" title="State" none="Any" choices={STATES} />
          <ChoiceFilter name="kind" title="Kind" none="Any" choices={KINDS} />
        </>
      }
    >
      <DataTable
        caption="Alarms"
        rows={page.rows}
        columns={COLUMNS}
        rowKey={(alarm) => alarm.id}
        margin={{ title: 'State', cell: (alarm) => <AlarmMark state={alarm.state} /> }}
        sorted={list}
        empty={
          list.q || list.state || list.kind ? (
            <Nothing
              title="No alarm matches"
              actions={
                <Link className="btn" to="?">
                  Show all
                </Link>
              }
            />
          ) : (
            <Nothing title="No alarm yet">
              Deliveries are looked at as they end, sources every five minutes. What is wrong will stand here.
            </Nothing>
          )
        }
      />
    </ListFrame>
  )
}
