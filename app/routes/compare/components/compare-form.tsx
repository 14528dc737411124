import { Form, useSearchParams } from '@remix-run/react'
import type { ReactNode } from 'react'
import { TextFilter } from '#app/components/filter-bar.tsx'
import { ChevronDown } from '#app/components/icons.tsx'
import { Popover } from '#app/components/menu.tsx'
import { QueryBar } from '#app/components/query-bar.tsx'
import { Value } from '#app/components/value.tsx'
import { number } from '#app/lib/format.ts'
import { useTimes } from '#app/lib/viewer.ts'
import type { Comparison, ComparisonList } from './compare-data.ts'

type Props = { artifacts: string[]; found: Comparison | null; list: ComparisonList | null; flawed: boolean }

/** What is compared with what: a form whose answer is the address. */
export function CompareForm({ artifacts, found, list, flawed }: Props) {
  const [params] = useSearchParams()
  const artifact = params.get('artifact') ?? ''
  return (
    <div className="pt-3">
      <Form className="filters" method="get" role="search" aria-label="Compare" preventScrollReset>
        <Choose name="artifact" title="Artifact" className="q wide" value={artifact}>
          <option value="">Choose an artifact</option>
          {artifacts.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Choose>
        {found && <Deliveries found={found} />}
        <TextFilter name="from" title="As of (UTC)" placeholder="2026-02-05 06:00" />
        <TextFilter name="to" title="with (UTC)" placeholder="2026-02-12 06:00" />
        <QueryBar artifact={artifact || undefined} flawed={flawed} />
        <Choose name="by" title="Order" className="s" value={list?.by ?? 'common'}>
          <option value="common">on most hosts first</option>
          <option value="rare">on fewest hosts first</option>
        </Choose>
        {found && (
          <>
            <Columns
              name="keys"
              title="Keys"
              chosen={found.keys}
              found={found}
              about="What tells the rows of a host apart"
            />
            <Columns
              name="ignore"
              title="Left out"
              chosen={found.ignored}
              found={found}
              about="Columns that differ from look to look are left out"
            />
          </>
        )}
        <button type="submit" className="btn">
          Compare
        </button>
      </Form>
    </div>
  )
}

type Choosing = { name: string; title: string; className: string; value: string; children: ReactNode }

const Choose = ({ name, title, className, value, children }: Choosing) => (
  <label className={className}>
    {title}
    <span className="select">
      <select key={value} className="field" name={name} defaultValue={value}>
        {children}
      </select>
      <ChevronDown aria-hidden="true" />
    </span>
  </label>
)

function Deliveries({ found }: { found: Comparison }) {
  const [params] = useSearchParams()
  const times = useTimes()
  const sides = [
    ['before', 'Delivery'],
    ['after', 'with delivery'],
  ] as const
  return (
    <>
      {sides.map(([name, title]) => (
        <Choose key={name} name={name} title={title} className="s" value={params.get(name) ?? ''}>
          <option value="">last of each host</option>
          {found.deliveries.map(({ id, created_at, stored }) => (
            <option key={id} value={id} title={times.utc(created_at)}>
              {`${id}: ${times.full(created_at)}, ${number(stored)} rows`}
            </option>
          ))}
        </Choose>
      ))}
    </>
  )
}

type Several = { name: string; title: string; chosen: string[]; found: Comparison; about: string }

const Columns = ({ name, title, chosen, found, about }: Several) => (
  <Popover
    className="start sheet"
    button="btn quiet"
    label={`${title}: ${chosen.length === 0 ? 'none' : number(chosen.length)}`}
  >
    <fieldset className="columns-list" key={chosen.join('\n')}>
      <legend className="label pb-1">{about}</legend>
      <input type="hidden" name={name} value="" />
      {found.columns.map(({ path, role }) => (
        <label key={path} className="check">
          <input className="box" type="checkbox" name={name} value={path} defaultChecked={chosen.includes(path)} />
          <span className="cut">
            <Value text={path} path={false} /> {role && <span className="muted">{role}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  </Popover>
)
