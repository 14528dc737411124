import { data, redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { LeftOut, Nothing } from '#app/components/notice.tsx'
import { Pager } from '#app/components/pager.tsx'
import { QueryFlawNote } from '#app/components/query-flaw.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { orFlaw } from '#app/lib/query-flaw.server.ts'
import { stackLink } from '#app/lib/stack-link.ts'
import { stackQuery } from '#app/lib/stack-query.server.ts'
import { titled } from '#app/lib/title.ts'
import { StackRun } from '#server/modules/stacks/schema.ts'
import { KnownStacks } from './components/known-stacks.tsx'
import { StackBar } from './components/stack-bar.tsx'
import { StackLines } from './components/stack-lines.tsx'
import { StackPlots } from './components/stack-plots.tsx'
import { StackReading } from './components/stack-reading.tsx'

export const meta = titled('Stack')
export const handle = { trail: () => [{ title: 'Stack' }], narrow: true as const }

export const loader = load(async ({ api, request }) => {
  const { list, leftOut } = stackQuery(new URL(request.url).searchParams)
  const [known, { found, flaw }] = await Promise.all([
    api.stacks.known(),
    list ? orFlaw(api.stacks.stack(list)) : { found: null, flaw: null },
  ])
  return data({ known, list, leftOut, found, flaw }, { status: flaw ? 422 : 200 })
})

/** Remembers the run; the same stack then shows what is new since. */
export const action = act(async ({ api, form, body }) => {
  const columns = body.getAll('columns').map(String)
  const run = StackRun.parse({ ...form, columns })
  await api.stacks.remember(run)
  return redirect(stackLink({ ...run, columns, artifact: run.artifact ?? null, q: run.q ?? null, since: 'last' }))
})

export default function Stacks() {
  const { known, list, leftOut, found, flaw } = useLoaderData<typeof loader>()
  return (
    <>
      <h1 className="sr-only">Stack</h1>
      <StackBar known={known} found={found} list={list} flawed={flaw !== null} />
      <LeftOut parts={leftOut} />
      {flaw && <QueryFlawNote query={list?.q ?? ''} flaw={flaw} />}
      {found && list && (
        <>
          <StackReading found={found} list={list} />
          <StackPlots found={found} />
          <StackLines found={found} list={list} />
          {found.lines.length === 0 && <Empty decided={list.hide === 'decided'} since={list.since !== undefined} />}
          <Pager count={found.lines.length} limit={list.limit} next={found.next} total={shownOf(found.levels)} />
        </>
      )}
      {!list && <KnownStacks known={known} />}
    </>
  )
}

const shownOf = (levels: { shown: number }[]) => levels.reduce((sum, { shown }) => sum + shown, 0)

const Empty = ({ decided, since }: { decided: boolean; since: boolean }) => (
  <Nothing title={since ? 'Nothing new' : decided ? 'No values left to decide' : 'No row matches'}>
    {since
      ? 'Every value was there before. Show all values, or choose an earlier date.'
      : decided
        ? 'All of them are decided. Show what is decided to see them.'
        : 'Widen the query, or choose another column.'}
  </Nothing>
)
