import { useFetcher } from '@remix-run/react'
import { type ReactNode, useEffect } from 'react'
import { asSection } from '#app/lib/aside.ts'
import { number } from '#app/lib/format.ts'
import { dossierLink, typeName } from '#app/lib/observable-link.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { HeatMap, type HourCount } from './charts/heat-map.tsx'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Nothing, Notice } from './notice.tsx'
import { SectionHead } from './page-head.tsx'
import { Prevalence } from './prevalence.tsx'
import { FullTime, Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'

/**
 * A section of a page that its first answer does not wait for: loaded by the browser once the page stands, and without
 * JavaScript a link to the page that is the section alone.
 */
export function Later<T>({ title, to, children }: { title: string; to: string; children: (data: T) => ReactNode }) {
  const { load, data } = useFetcher<T | null>()
  useEffect(() => {
    load(asSection(to))
  }, [load, to])
  return (
    <section aria-label={title}>
      <SectionHead title={title}>
        <Link className="link" to={to}>
          On a page of its own
        </Link>
      </SectionHead>
      {data === null && <Away />}
      {data && children(data)}
    </section>
  )
}

const Away = () => (
  <Notice kind="warn">
    <b>Not shown:</b> the row engine does not answer, or took too long. Try again in a moment.
  </Notice>
)

export type Rare = {
  type: string
  value: string
  shape: string
  hosts: number
  shape_hosts: number
  first_seen: Date | null
  last_seen: Date | null
  artifacts: string[]
}

/** The rarest things on a host, each with on how many hosts of all it was seen, leading to its dossier. */
export function RarestThings({ values, totalHosts }: { values: Rare[] | null; totalHosts: number }) {
  if (values === null) return <Away />
  return (
    <DataTable
      caption="The rarest things on this host"
      rows={values}
      columns={rareColumns(totalHosts)}
      rowKey={({ type, value }) => `${type} ${value}`}
      margin={{ title: 'Line', cell: (_, line) => line + 1 }}
      empty={<Nothing title="Nothing was recognised on this host">Its rows hold no column that is mapped.</Nothing>}
    />
  )
}

const rareColumns = (totalHosts: number): Column<Rare>[] => [
  {
    title: 'Value',
    cell: (rare) => (
      <Link className="lead" to={dossierLink(rare)} data-act="pivot">
        <Value text={rare.value} />
      </Link>
    ),
    below: ({ type, artifacts }) => `${typeName(type)} · ${artifacts[0] ?? ''}`,
  },
  { title: 'Type', className: 'max-md:hidden w-32', cell: ({ type }) => typeName(type) },
  {
    title: 'Artifact',
    className: 'max-lg:hidden w-64',
    cell: ({ artifacts }) => <Value text={artifacts.join(', ')} path={false} />,
  },
  {
    title: <Zoned>Last seen</Zoned>,
    right: true,
    className: 'max-lg:hidden w-32',
    cell: (rare) => <Time at={rare.last_seen} never="undated" />,
  },
  {
    title: 'Alike on',
    right: true,
    className: 'max-md:hidden w-24',
    cell: ({ shape, shape_hosts }) => (shape === '' ? <span className="muted">no shape</span> : number(shape_hosts)),
  },
  {
    title: 'Hosts',
    right: true,
    className: 'w-24',
    cell: (rare) => <Prevalence hosts={rare.hosts} totalHosts={totalHosts} of={rare} />,
  },
]

export type Activity = { from: Date | null; hours: HourCount[] } | null

/** When a host was active, hour by day. */
export function HostActivity({ activity, hostId }: { activity: Activity; hostId: number }) {
  if (activity === null) return <Away />
  if (activity.from === null) return <p className="muted">no data: no row of this host bears a time</p>
  return (
    <HeatMap
      from={activity.from}
      hours={activity.hours}
      open={(stretch) => timelineLink({ host: hostId, ...stretch })}
    />
  )
}

type Delivery = { id: number; at: Date }
export type Change = {
  artifact: string
  added: number
  gone: number
  kept: number
  newest: Delivery
  previous: Delivery
}

type Host = { id: number; hostname: string }

/** What changed in a host's inventories between the last two deliveries of each. */
export function HostChanges({ changes, host }: { changes: Change[] | null; host: Host }) {
  if (changes === null) return <Away />
  return (
    <DataTable
      caption="What changed between the last two deliveries of each inventory"
      rows={changes}
      columns={changeColumns(host)}
      rowKey={({ artifact }) => artifact}
      margin={{ title: 'Line', cell: (_, line) => line + 1 }}
      empty={
        <Nothing title="Nothing to compare yet">
          Services, tasks, autoruns, users, programs and listeners are compared once they were delivered twice.
        </Nothing>
      }
    />
  )
}

/** The address of the comparison of two deliveries of an artifact, on one host. */
function comparisonOf({ artifact, previous, newest }: Change, { hostname }: Host): string {
  const q = `host:"${hostname.replace(/"/g, '""')}"`
  const asked = { artifact, before: String(previous.id), after: String(newest.id), q }
  return `/compare?${new URLSearchParams(asked)}`
}

const changeColumns = (host: Host): Column<Change>[] => [
  {
    title: 'Inventory',
    cell: (change) => (
      <Link className="lead" to={comparisonOf(change, host)}>
        {change.artifact}
      </Link>
    ),
    below: ({ added, gone }) => `${number(added)} new, ${number(gone)} gone`,
  },
  { title: 'New rows', right: true, className: 'max-md:hidden w-24', cell: ({ added }) => number(added) },
  { title: 'Gone', right: true, className: 'max-md:hidden w-24', cell: ({ gone }) => number(gone) },
  { title: 'Unchanged', right: true, className: 'max-md:hidden w-24', cell: ({ kept }) => number(kept) },
  {
    title: 'Between',
    className: 'max-lg:hidden w-[26rem]',
    cell: ({ artifact, newest, previous }) => (
      <>
        <Link to={rowsLink({ artifact, hostId: host.id, batchId: previous.id })}>
          <FullTime at={previous.at} />
        </Link>{' '}
        and{' '}
        <Link to={rowsLink({ artifact, hostId: host.id, batchId: newest.id })}>
          <FullTime at={newest.at} />
        </Link>
      </>
    ),
  },
]
