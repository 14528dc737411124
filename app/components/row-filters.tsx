import { useSearchParams } from '@remix-run/react'
import { number } from '#app/lib/format.ts'
import { ChoiceFilter, FilterBar, TextFilter } from './filter-bar.tsx'
import { QueryBar } from './query-bar.tsx'

type Props = { artifacts: { artifact: string; rows: number }[]; hostname: string | null; flawed: boolean }

/** Query, artifact, time and host of the rows; a form, so that the address holds the whole view. */
export function RowFilters({ artifacts, hostname, flawed }: Props) {
  const params = useSearchParams()[0]
  const choices = artifacts.map(({ artifact, rows }) => ({ value: artifact, title: `${artifact} (${number(rows)})` }))
  const hostId = params.get('hostId')
  return (
    <div className="pt-3">
      <FilterBar label="Rows" keep={['batchId']}>
        <QueryBar artifact={params.get('artifact') ?? undefined} flawed={flawed} />
        <ChoiceFilter className="q wide" name="artifact" title="Artifact" none="All artifacts" choices={choices} />
        <TextFilter name="from" title="From (UTC)" placeholder="2026-02-05 06:00" />
        <TextFilter name="to" title="To (UTC)" placeholder="2026-02-05 14:02" />
        {hostId && (
          <label className="check self-center">
            <input className="box" type="checkbox" name="hostId" value={hostId} defaultChecked />
            <span className="cut">only {hostname ?? `host ${hostId}`}</span>
          </label>
        )}
      </FilterBar>
    </div>
  )
}
