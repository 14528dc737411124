import { redirect } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { type Artifact, HostArtifacts } from '#app/components/host-artifacts.tsx'
import { HostDeliveries } from '#app/components/host-deliveries.tsx'
import { HostFacts } from '#app/components/host-facts.tsx'
import { HostLabels } from '#app/components/host-labels.tsx'
import { HostMerges } from '#app/components/host-merges.tsx'
import {
  type Activity,
  type Change,
  HostActivity,
  HostChanges,
  Later,
  type Rare,
  RarestThings,
} from '#app/components/host-portrait.tsx'
import { Link } from '#app/components/link.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Facts, type Known, knownOf, Pairs } from '#app/components/record.tsx'
import { RowTable } from '#app/components/row-table.tsx'
import { Age, Time } from '#app/components/time.tsx'
import { Value, WholeValue } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { titledBy } from '#app/lib/title.ts'
import { useMayWrite, useTimes } from '#app/lib/viewer.ts'
import { HostId } from '#server/modules/hosts/schema.ts'

type Named = { host: { hostname: string } }
export const meta = titledBy(({ host }: Named) => host.hostname)
export const handle = { trail: ({ host }: Named) => [{ title: 'Hosts', to: '/hosts' }, { title: host.hostname }] }

export const loader = load(async ({ api, params, query }) => {
  const { id } = HostId.parse({ id: params.hostId })
  const [{ host: whole, ...record }, newest] = await Promise.all([
    api.hosts.record({ id }),
    api.telemetry.ofHost({ hostId: id }),
  ])
  // A merged host's address leads to the one that stands for it.
  if (whole.id !== id) throw redirect(`/hosts/${whole.id}`)
  const { host_metadata, ...host } = whole
  return { ...record, ...newest, host, metadata: JSON.stringify(host_metadata ?? {}), did: query.did ?? '' }
})

export const action = act(async ({ api, params, form }) => {
  const { id } = HostId.parse({ id: params.hostId })
  if (form.intent === 'label') await api.hosts.label({ id, label: form.label ?? '' })
  if (form.intent === 'unlabel') await api.hosts.unlabel({ id, label: form.label ?? '' })
  if (form.intent !== 'split') return { did: form.intent ?? '' }
  await api.merges.split(HostId.parse({ id: form.id }))
  return { did: 'split' }
})

const DID: Record<string, string> = {
  merged: 'The hosts are one now. They can be split again below.',
  split: 'The host is one of its own again.',
}

export default function HostPage() {
  const { host, history, labels, artifacts, merged, deliveries, rows, metadata, did } = useLoaderData<typeof loader>()
  const mayWrite = useMayWrite()
  const answer = useActionData<typeof action>()
  const done = DID[answer && 'did' in answer ? answer.did : did]
  // Hosts that were merged often bear one name: their ids tell them apart.
  const names = new Map([host, ...merged].map(({ id, client_id, hostname }) => [id, client_id ?? hostname]))
  return (
    <>
      <PageHead
        title={<WholeValue text={host.hostname} />}
        about={host.fqdn && host.fqdn !== host.hostname ? host.fqdn : undefined}
      >
        {mayWrite && (
          <Link className="btn" to={`/hosts/${host.id}/merge`}>
            Merge with another
          </Link>
        )}
        <Link className="btn" to={timelineLink({ host: host.id })} data-act="timeline">
          Timeline
        </Link>
        <Link className="btn" to={rowsLink({ hostId: host.id })}>
          Open its rows
        </Link>
      </PageHead>
      {done && (
        <Notice kind="done" role="status">
          {done}
        </Notice>
      )}
      <Facts facts={factsOf(host, artifacts, useTimes().zone)} />
      <HostLabels labels={labels} mayWrite={mayWrite} />
      {merged.length > 0 && <HostMerges host={host} merged={merged} mayWrite={mayWrite} />}
      <HostArtifacts artifacts={artifacts} hostId={host.id} />
      <Later<{ rarest: { values: Rare[] | null; totalHosts: number } }>
        title="The rarest 25 things on it"
        to={`/hosts/${host.id}/rarest`}
      >
        {({ rarest }) => <RarestThings {...rarest} />}
      </Later>
      <Later<{ changes: Change[] | null }> title="What changed" to={`/hosts/${host.id}/changes`}>
        {({ changes }) => <HostChanges changes={changes} host={host} />}
      </Later>
      <Later<{ activity: Activity }> title="Activity by hour and day" to={`/hosts/${host.id}/activity`}>
        {({ activity }) => <HostActivity activity={activity} hostId={host.id} />}
      </Later>
      <HostFacts history={history} names={names} />
      {deliveries.length > 0 && <HostDeliveries deliveries={deliveries} hostId={host.id} />}
      <Newest rows={rows} hostId={host.id} />
      <Metadata text={metadata} />
    </>
  )
}

type Page = ReturnType<typeof useLoaderData<typeof loader>>

function Newest({ rows, hostId }: { rows: Page['rows']; hostId: number }) {
  if (rows === null)
    return (
      <Notice kind="warn">
        <b>The newest rows are not shown:</b> the row engine does not answer. The records above are complete.
      </Notice>
    )
  if (rows.length === 0) return null
  return (
    <>
      <SectionHead title="Latest rows">
        <Link className="link" to={rowsLink({ hostId })}>
          All rows
        </Link>
      </SectionHead>
      <RowTable rows={rows} caption="Latest rows of this host" />
    </>
  )
}

function factsOf(host: Page['host'], artifacts: Artifact[], zone: string): Known {
  const unknown = <span className="muted">unknown</span>
  const system = [host.os, host.os_release, host.architecture].filter(Boolean).join(' · ')
  return {
    Rows: (
      <Link className="num" to={rowsLink({ hostId: host.id })}>
        {number(artifacts.reduce((sum, { rows }) => sum + rows, 0))}
      </Link>
    ),
    'Last seen': <Age at={host.last_seen_at.getTime() > 0 ? host.last_seen_at : null} />,
    [`First seen (${zone})`]: <Time at={host.first_seen_at} />,
    'Operating system': system || unknown,
    Address: host.ip_address ? <Value text={host.ip_address} /> : unknown,
    'Velociraptor client': host.client_id ? <Value text={host.client_id} /> : <span className="muted">none</span>,
    ...(host.org ? { Org: <Value text={host.org} /> } : {}),
    ...(host.machine_id ? { 'Machine id': <Value text={host.machine_id} /> } : {}),
  }
}

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
