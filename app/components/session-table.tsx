import { browserOf } from '#app/lib/browsers.ts'
import { counted } from '#app/lib/format.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Nothing } from './notice.tsx'
import { SectionHead } from './page-head.tsx'
import { PostForm } from './post-form.tsx'
import { LifeMark } from './states.tsx'
import { Age, Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'

export type Session = {
  id: string
  created_at: Date
  last_seen_at: Date
  ip: string | null
  user_agent: string | null
  current: boolean
}

const COLUMNS: Column<Session>[] = [
  {
    title: 'Browser',
    cell: ({ user_agent, current }) => (
      <span title={user_agent ?? undefined}>
        {browserOf(user_agent)}
        {current && <b> (this one)</b>}
      </span>
    ),
    below: ({ ip }) => ip ?? 'address unknown',
  },
  {
    title: 'Address',
    className: 'max-md:hidden w-40',
    cell: ({ ip }) => (ip ? <Value text={ip} /> : <span className="muted">unknown</span>),
  },
  {
    title: <Zoned>Signed in</Zoned>,
    className: 'max-md:hidden w-36',
    cell: ({ created_at }) => <Time at={created_at} />,
  },
  { title: 'Last seen', right: true, className: 'w-24', cell: ({ last_seen_at }) => <Age at={last_seen_at} /> },
  {
    title: <span className="sr-only">End</span>,
    key: 'end',
    right: true,
    className: 'w-20',
    cell: ({ id, current }) => (current ? null : <End id={id} />),
  },
]

/** Where the person is signed in, each with its end button. */
export const SessionTable = ({ sessions }: { sessions: Session[] }) => (
  <section className="pt-3 max-w-[60rem]">
    <SectionHead title="Sessions" about={`signed in on ${counted(sessions.length, 'browser')}`} />
    <DataTable
      caption="Sessions"
      rows={sessions}
      columns={COLUMNS}
      rowKey={({ id }) => id}
      margin={{
        title: 'State',
        cell: ({ current }) => (
          <LifeMark life={current ? 'used' : 'rests'} name={current ? 'this session' : 'another session'} />
        ),
      }}
      empty={<Nothing title="No session" />}
    />
    {sessions.length > 1 && (
      <PostForm className="pt-3">
        <input type="hidden" name="intent" value="end-others" />
        <button type="submit" className="btn">
          End all other sessions
        </button>
      </PostForm>
    )}
  </section>
)

const End = ({ id }: { id: string }) => (
  <PostForm>
    <input type="hidden" name="intent" value="end" />
    <input type="hidden" name="id" value={id} />
    <button type="submit" className="btn">
      End <span className="sr-only">session {id}</span>
    </button>
  </PostForm>
)
