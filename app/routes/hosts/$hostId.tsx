import { useLoaderData } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Facts, type Known, knownOf, Pairs } from '#app/components/record.tsx'
import { RowTable } from '#app/components/row-table.tsx'
import { Age, Time } from '#app/components/time.tsx'
import { Value, WholeValue } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { counted, number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { titledBy } from '#app/lib/title.ts'
import { HostId } from '#server/modules/hosts/schema.ts'

export const meta = titledBy(({ host }: { host: { hostname: string } }) => host.hostname)
export const handle = {
  trail: ({ host }: { host: { hostname: string } }) => [{ title: 'Hosts', to: '/hosts' }, { title: host.hostname }],
}

export const loader = load(async ({ api, params }) => {
  const { id } = HostId.parse({ id: params.hostId })
  const [{ host_metadata, ...host }, artifacts, latest] = await Promise.all([
    api.hosts.get({ id }),
    api.telemetry.artifacts({ hostId: id }),
    api.telemetry.rows({ hostId: id, limit: 10 }),
  ])
  return { host, metadata: JSON.stringify(host_metadata ?? {}), artifacts, latest }
})

type Artifact = ReturnType<typeof useLoaderData<typeof loader>>['artifacts'][number]

export default function HostPage() {
  const { host, metadata, artifacts, latest } = useLoaderData<typeof loader>()
  const columns: Column<Artifact>[] = [
    {
      title: 'Artifact',
      cell: ({ artifact }) => (
        <Link className="lead" to={rowsLink({ artifact, hostId: host.id })}>
          {artifact}
        </Link>
      ),
    },
    {
      title: 'Rows',
      right: true,
      className: 'w-28',
      cell: ({ artifact, rows }) => (
        <Link className="n" to={rowsLink({ artifact, hostId: host.id })}>
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
    {
      title: 'Last stored (UTC)',
      right: true,
      className: 'max-md:hidden w-36',
      cell: ({ last_ingested_at }) => <Time at={last_ingested_at} />,
    },
  ]
  return (
    <>
      <PageHead
        title={<WholeValue text={host.hostname} />}
        about={host.fqdn && host.fqdn !== host.hostname ? host.fqdn : undefined}
      >
        <Link className="btn" to={rowsLink({ hostId: host.id })}>
          Open its rows
        </Link>
      </PageHead>
      <Facts facts={factsOf(host, sumOf(artifacts))} />
      <SectionHead title="Artifacts" about={`${counted(artifacts.length, 'artifact')} answered by this host`} />
      <DataTable
        caption="Artifacts of this host"
        rows={artifacts}
        columns={columns}
        rowKey={({ artifact }) => artifact}
        margin={{ title: 'Line', cell: (_, line) => line + 1 }}
        empty={
          <Nothing title="No rows of this host yet">They appear here with the first delivery that names it.</Nothing>
        }
      />
      {latest.rows.length > 0 && (
        <>
          <SectionHead
            title="Latest rows"
            about={latest.total === null ? undefined : `${number(latest.rows.length)} of ${number(latest.total)}`}
          >
            <Link className="link" to={rowsLink({ hostId: host.id })}>
              All rows
            </Link>
          </SectionHead>
          <RowTable rows={latest.rows} caption="Latest rows of this host" />
        </>
      )}
      <Metadata text={metadata} />
    </>
  )
}

const sumOf = (artifacts: Artifact[]) => artifacts.reduce((sum, { rows }) => sum + rows, 0)

type Host = ReturnType<typeof useLoaderData<typeof loader>>['host']

const factsOf = (host: Host, rows: number): Known => ({
  Rows: (
    <Link className="num" to={rowsLink({ hostId: host.id })}>
      {number(rows)}
    </Link>
  ),
  'Last seen': <Age at={host.last_seen_at} />,
  'First seen (UTC)': <Time at={host.first_seen_at} />,
  'Operating system': host.os ?? <span className="muted">unknown</span>,
  Address: host.ip_address ? <Value text={host.ip_address} /> : <span className="muted">unknown</span>,
  'Velociraptor client': host.client_id ? <Value text={host.client_id} /> : <span className="muted">none</span>,
})

function Metadata({ text }: { text: string }) {
  const known = JSON.parse(text) as Record<string, unknown>
  if (Object.keys(known).length === 0) return null
  return (
    <section className="max-w-[60rem]">
      <SectionHead title="What its client says" />
      <Pairs pairs={knownOf(known, (value) => <WholeValue text={textOf(value)} />)} />
    </section>
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
