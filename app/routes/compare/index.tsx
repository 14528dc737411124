import { data } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { LeftOut, Nothing } from '#app/components/notice.tsx'
import { Pager } from '#app/components/pager.tsx'
import { QueryFlawNote } from '#app/components/query-flaw.tsx'
import { load } from '#app/lib/api.server.ts'
import { comparisonQuery } from '#app/lib/comparison-query.server.ts'
import { orFlaw } from '#app/lib/query-flaw.server.ts'
import { titled } from '#app/lib/title.ts'
import { ChangeTable } from './components/change-table.tsx'
import { CompareForm } from './components/compare-form.tsx'
import { CompareReading } from './components/compare-reading.tsx'

export const meta = titled('Compare')
export const handle = { trail: () => [{ title: 'Compare' }], narrow: true as const }

export const loader = load(async ({ api, request }) => {
  const { list, leftOut } = comparisonQuery(new URL(request.url).searchParams)
  const [{ artifacts }, { found, flaw }] = await Promise.all([
    api.stacks.known(),
    list ? orFlaw(api.comparing.compare(list)) : { found: null, flaw: null },
  ])
  return data({ artifacts, list, leftOut, found, flaw }, { status: flaw ? 422 : 200 })
})

export default function Compare() {
  const { artifacts, list, leftOut, found, flaw } = useLoaderData<typeof loader>()
  const total = found?.totals
    .filter(({ kind }) => !list?.kind || kind === list.kind)
    .reduce((sum, { changes }) => sum + changes, 0)
  return (
    <>
      <h1 className="sr-only">Compare</h1>
      <CompareForm artifacts={artifacts} found={found} list={list} flawed={flaw !== null} />
      <LeftOut parts={leftOut} />
      {flaw && <QueryFlawNote query={list?.q ?? ''} flaw={flaw} />}
      {found && list && (
        <>
          <CompareReading found={found} list={list} />
          {found.changes.length > 0 ? (
            <ChangeTable found={found} list={list} />
          ) : (
            <Nothing title={found.coverage.both === 0 ? 'Nothing to compare' : 'Nothing differs'}>
              {found.coverage.both === 0
                ? 'No host has answered on both sides. Choose other sides, or collect the artifact once more.'
                : 'What is compared is the same on every host that answered on both sides.'}
            </Nothing>
          )}
          <Pager count={found.changes.length} limit={list.limit} next={found.next} total={total ?? null} />
        </>
      )}
      {!list && (
        <Nothing title="Choose an artifact">
          Its last two collections of each host are compared, or two deliveries, or two moments: new, gone and changed
          rows, alike changes of several hosts as one.
        </Nothing>
      )}
    </>
  )
}
