import { useLoaderData } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { ChoiceFilter, FilterBar, TextFilter } from '#app/components/filter-bar.tsx'
import { Plus } from '#app/components/icons.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Pager } from '#app/components/pager.tsx'
import { Age, Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { counted } from '#app/lib/format.ts'
import { titled } from '#app/lib/title.ts'
import { useMayWrite, useViewer } from '#app/lib/viewer.ts'
import { HostList } from '#server/modules/hosts/schema.ts'

export const meta = titled('Hosts')
export const handle = { trail: () => [{ title: 'Hosts' }] }

export const loader = load(async ({ api, query }) => {
  const list = HostList.parse(query)
  return { ...(await api.hosts.list(list)), list, at: Number(query.at) || 1 }
})

type Host = ReturnType<typeof useLoaderData<typeof loader>>['rows'][number]

const COLUMNS: Column<Host>[] = [
  {
    title: 'Host',
    sort: 'hostname',
    firstDir: 'asc',
    cell: (host) => (
      <Link className="lead" to={`/hosts/${host.id}`}>
        <Value text={host.hostname} />
      </Link>
    ),
    below: (host) => [host.os, host.ip_address].filter(Boolean).join(' · ') || 'nothing known yet',
  },
  { title: 'Operating system', className: 'max-md:hidden', cell: (host) => host.os ?? <Unknown /> },
  {
    title: 'Address',
    className: 'max-md:hidden w-40',
    cell: (host) => (host.ip_address ? <Value text={host.ip_address} /> : <Unknown />),
  },
  {
    title: 'Client',
    className: 'max-lg:hidden w-48',
    cell: (host) => (host.client_id ? <Value text={host.client_id} /> : <Unknown />),
  },
  {
    title: <Zoned>First seen</Zoned>,
    className: 'max-xl:hidden w-36',
    cell: (host) => <Time at={host.first_seen_at} />,
  },
  {
    title: 'Last seen',
    sort: 'last_seen_at',
    right: true,
    className: 'w-24',
    cell: (host) => <Age at={host.last_seen_at.getTime() > 0 ? host.last_seen_at : null} />,
  },
  {
    title: <Zoned>Added</Zoned>,
    sort: 'created_at',
    right: true,
    className: 'max-md:hidden w-36',
    cell: (host) => <Time at={host.created_at} />,
  },
]

const Unknown = () => <span className="muted">unknown</span>

export default function Hosts() {
  const { rows, next, prev, total, list, at, operatingSystems, orgs, labels } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  const mayWrite = useMayWrite()
  const filtered = Boolean(list.q || list.os || list.org || list.label)
  return (
    <>
      <PageHead
        title="Hosts"
        about={`${counted(viewer?.hostCount ?? 0, 'host')} in ${viewer?.tenantName}. A host appears with its first row.`}
      >
        {mayWrite && (
          <Link className="btn" to="/hosts/new">
            <Plus aria-hidden="true" />
            Add host
          </Link>
        )}
      </PageHead>
      <FilterBar label="Hosts">
        <TextFilter className="q" name="q" title="Name, address or id" type="search" placeholder="Find a host" />
        <ChoiceFilter name="os" title="Operating system" none="Any" choices={operatingSystems.map(asChoice)} />
        {(labels.length > 0 || list.label) && (
          <ChoiceFilter name="label" title="Label" none="Any" choices={withChosen(labels, list.label)} />
        )}
        {(orgs.length > 0 || list.org) && (
          <ChoiceFilter name="org" title="Org" none="Any" choices={withChosen(['root', ...orgs], list.org)} />
        )}
      </FilterBar>
      <DataTable
        caption="Hosts"
        rows={rows}
        columns={COLUMNS}
        rowKey={(host) => host.id}
        margin={{ title: 'Line', cell: (_, line) => at + line }}
        sorted={list}
        empty={filtered ? <NoMatch /> : <NoHosts />}
      />
      <Pager count={rows.length} limit={list.limit} next={next} prev={prev} total={total} />
    </>
  )
}

const asChoice = (value: string) => ({ value, title: value })

// A value that is none of the listed ones stays chosen: it is what the table was narrowed by.
const withChosen = (values: string[], chosen?: string) =>
  (chosen && !values.includes(chosen) ? [...values, chosen] : values).map(asChoice)

const NoMatch = () => (
  <Nothing
    title="No host matches"
    actions={
      <Link className="btn" to="/hosts">
        Show all hosts
      </Link>
    }
  >
    Names, also former ones, addresses, client ids and machine ids are searched.
  </Nothing>
)

const NoHosts = () => (
  <Nothing
    title="No hosts yet"
    actions={
      <Link className="btn primary" to="/deliveries">
        Upload a file
      </Link>
    }
  >
    Rows bring their hosts with them. Deliver a first file, or add a host by hand.
  </Nothing>
)
