import { data } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { QueryFlawNote } from '#app/components/query-flaw.tsx'
import { Spoken } from '#app/components/reading.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { counted, number } from '#app/lib/format.ts'
import { orFlaw } from '#app/lib/query-flaw.server.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { titled } from '#app/lib/title.ts'
import { HostsOf } from '#server/modules/stacks/schema.ts'

export const meta = titled('Hosts of a value')
export const handle = { trail: () => [{ title: 'Stack', to: '/stacks' }, { title: 'Hosts of a value' }] }

export const loader = load(async ({ api, query }) => {
  const read = HostsOf.safeParse(query)
  const asked = read.success ? read.data : {}
  const { found, flaw } = await orFlaw(api.stacks.hosts(asked))
  return data({ asked, found, flaw }, { status: flaw ? 422 : 200 })
})

type Host = { id: number; hostname: string; rows: number; first_ms: number | null; last_ms: number | null }

export default function HostsOfLine() {
  const { asked, found, flaw } = useLoaderData<typeof loader>()
  const { artifact = null, q } = asked as { artifact?: string; q?: string }
  return (
    <>
      <PageHead
        title="Hosts of a value"
        about={
          found && (
            <>
              rows of <b>{artifact ?? 'every artifact'}</b>
              {found.said.length > 0 && <Spoken said={found.said} />}: {counted(found.total, 'host')}
            </>
          )
        }
      />
      {flaw && <QueryFlawNote query={q ?? ''} flaw={flaw} />}
      {found && found.truncated > 0 && (
        <Notice kind="warn">{`The ${number(found.hosts.length)} hosts with the most rows; ${number(found.truncated)} more are left out.`}</Notice>
      )}
      {found && (
        <DataTable
          caption="Hosts"
          rows={found.hosts}
          columns={columnsFor({ artifact, q: q ?? null })}
          rowKey={({ id }) => id}
          empty={<Nothing title="No host has such rows">The rows may have had their time.</Nothing>}
        />
      )}
    </>
  )
}

const columnsFor = (about: { artifact: string | null; q: string | null }): Column<Host>[] => [
  {
    title: 'Host',
    cell: ({ id, hostname }) => (
      <Link className="lead" to={`/hosts/${id}`}>
        <Value text={hostname} />
      </Link>
    ),
  },
  {
    title: 'Rows',
    right: true,
    className: 'w-24',
    cell: ({ id, rows }) => (
      <Link className="n" to={rowsLink({ ...about, hostId: id })}>
        {number(rows)}
      </Link>
    ),
  },
  {
    title: <Zoned>First</Zoned>,
    right: true,
    className: 'w-36 max-md:hidden',
    cell: ({ first_ms }) => <Time at={dated(first_ms)} never="undated" />,
  },
  {
    title: <Zoned>Last</Zoned>,
    right: true,
    className: 'w-36',
    cell: ({ last_ms }) => <Time at={dated(last_ms)} never="undated" />,
  },
]

const dated = (ms: number | null) => (ms === null ? null : new Date(ms))
