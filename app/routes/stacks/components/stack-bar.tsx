import { Form, useSearchParams } from '@remix-run/react'
import { ChevronDown, Plus, X } from '#app/components/icons.tsx'
import { Link } from '#app/components/link.tsx'
import { Popover } from '#app/components/menu.tsx'
import { QueryBar } from '#app/components/query-bar.tsx'
import { Value } from '#app/components/value.tsx'
import { number } from '#app/lib/format.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { MOST_COLUMNS } from '#app/lib/stack-link.ts'
import type { Stack, StackList } from './stack-data.ts'

type Known = { artifacts: string[] }
type Props = { known: Known; found: Stack | null; list: StackList | null; flawed: boolean }

/** What is stacked and how: chips and links for what the address says, and a form for what is typed. */
export function StackBar({ known, found, list, flawed }: Props) {
  return (
    <>
      {list && (
        <div className="stack-bar">
          <Columns list={list} found={found} />
          <Ways list={list} found={found} />
        </div>
      )}
      <AskForm known={known} list={list} flawed={flawed} />
    </>
  )
}

function useColumnsLink() {
  const [params] = useSearchParams()
  return (columns: string[]) => {
    const to = new URLSearchParams(params)
    for (const name of ['cursor', 'at', 'columns', 'line', 'decides']) to.delete(name)
    for (const column of columns) to.append('columns', column)
    return `?${to}`
  }
}

function Columns({ list, found }: { list: StackList; found: Stack | null }) {
  const link = useColumnsLink()
  const others = found?.known.filter(({ path }) => !list.columns.includes(path)) ?? []
  return (
    <div className="acts">
      <span className="label nw">Stack of</span>
      {list.columns.map((name) => (
        <span key={name} className="chip">
          <b>
            <Value text={name} path={false} />
          </b>
          {list.columns.length > 1 && (
            <Link
              to={link(list.columns.filter((other) => other !== name))}
              aria-label={`Remove ${name}`}
              data-act="unstack"
            >
              <X aria-hidden="true" />
            </Link>
          )}
        </span>
      ))}
      {list.columns.length < MOST_COLUMNS && others.length > 0 && (
        <Popover
          className="start sheet"
          button="btn quiet"
          label={
            <>
              <Plus aria-hidden="true" />
              Column
            </>
          }
        >
          <ul className="columns-list">
            {others.map(({ path, role }) => (
              <li key={path}>
                <Link className="link" to={link([...list.columns, path])}>
                  <Value text={path} path={false} />
                </Link>{' '}
                {role && <span className="muted">{role}</span>}
              </li>
            ))}
          </ul>
        </Popover>
      )}
    </div>
  )
}

function Ways({ list, found }: { list: StackList; found: Stack | null }) {
  const link = useSearchLink()
  const on = (set: boolean) => (set ? ('true' as const) : undefined)
  return (
    <div className="acts">
      <span className="seg" role="group" aria-label="Values as">
        <Link to={link({ shape: null })} aria-current={on(!list.shape)}>
          Raw
        </Link>
        <Link to={link({ shape: '1' })} aria-current={on(list.shape)} data-act="shape">
          Shape
        </Link>
      </span>
      <span className="seg" role="group" aria-label="Order">
        <Link to={link({ by: null })} aria-current={on(list.by === 'rare')}>
          Rarest first
        </Link>
        <Link to={link({ by: 'common' })} aria-current={on(list.by === 'common')}>
          Commonest first
        </Link>
      </span>
      <Link
        className="btn"
        to={link({ hide: list.hide ? null : 'decided' })}
        aria-current={on(list.hide === 'decided')}
        data-act="hide-decided"
      >
        {list.hide ? 'Show decided' : 'Hide decided'}
      </Link>
      {found && found.labels.length > 0 && <Groups list={list} labels={found.labels} />}
    </div>
  )
}

function Groups({ list, labels }: { list: StackList; labels: Stack['labels'] }) {
  const link = useSearchLink()
  return (
    <Popover
      className="start sheet"
      button="btn quiet"
      label={
        <>
          {list.label ? <Value text={list.label} path={false} /> : 'All hosts'} <ChevronDown aria-hidden="true" />
        </>
      }
      name="Host group"
    >
      <ul className="columns-list">
        <li>
          <Link className="link" to={link({ label: null })} aria-current={list.label ? undefined : 'true'}>
            All hosts
          </Link>
        </li>
        {labels.map(({ label, hosts }) => (
          <li key={label}>
            <Link className="link" to={link({ label })} aria-current={list.label === label ? 'true' : undefined}>
              <Value text={label} path={false} />
            </Link>{' '}
            <span className="muted">{number(hosts)}</span>
          </li>
        ))}
      </ul>
    </Popover>
  )
}

const KEPT = ['label', 'by', 'shape', 'hide', 'decides']

/** Artifact, query and date; without a column yet, its name too. */
function AskForm({ known, list, flawed }: { known: Known; list: StackList | null; flawed: boolean }) {
  const [params] = useSearchParams()
  const artifact = params.get('artifact') ?? ''
  const kept = list ? ['columns', ...KEPT] : KEPT
  const since = params.get('since') ?? ''
  return (
    <Form className="filters pt-2" method="get" role="search" aria-label="Stack" preventScrollReset>
      {kept.flatMap((name) =>
        params.getAll(name).map((value) => <input key={name + value} type="hidden" name={name} value={value} />),
      )}
      <label className="q wide">
        Artifact
        <span className="select">
          <select key={artifact} className="field" name="artifact" defaultValue={artifact}>
            <option value="">Every artifact</option>
            {known.artifacts.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
          <ChevronDown aria-hidden="true" />
        </span>
      </label>
      {!list && (
        <label className="s">
          Column
          <input className="field mono" name="columns" placeholder="process.name" />
        </label>
      )}
      <QueryBar artifact={artifact || undefined} flawed={flawed} />
      <label className="s">
        New since (UTC)
        <input key={since} className="field" name="since" defaultValue={since} placeholder="2026-02-05, or last" />
      </label>
      <button type="submit" className="btn">
        Apply
      </button>
    </Form>
  )
}
