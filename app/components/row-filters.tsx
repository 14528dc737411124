import { useSearchParams } from '@remix-run/react'
import { number } from '#app/lib/format.ts'
import { ChoiceFilter, FilterBar, TextFilter } from './filter-bar.tsx'

type Props = { artifacts: { artifact: string; rows: number }[]; hostname: string | null }

/** Artifact, text, time and host of the rows; a form, so that the address holds the whole view. */
export function RowFilters({ artifacts, hostname }: Props) {
  const params = useSearchParams()[0]
  const choices = artifacts.map(({ artifact, rows }) => ({ value: artifact, title: `${artifact} (${number(rows)})` }))
  const hostId = params.get('hostId')
  return (
    <div className="pt-3">
      <FilterBar label="Rows" keep={['batchId']}>
        <ChoiceFilter className="q wide" name="artifact" title="Artifact" none="All artifacts" choices={choices} />
        <TextFilter
          className="q wide"
          name="q"
          title="Text anywhere in the row"
          type="search"
          placeholder="powershell"
        />
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
