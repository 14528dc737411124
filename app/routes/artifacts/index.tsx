import { useLoaderData } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { followingText } from '#app/components/map-following.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { number } from '#app/lib/format.ts'
import { useLive } from '#app/lib/live.ts'
import { artifactLink, rowsLink } from '#app/lib/row-links.ts'
import { titled } from '#app/lib/title.ts'

export const meta = titled('Artifacts')
export const handle = { trail: () => [{ title: 'Artifacts' }] }

export const loader = load(async ({ api }) => {
  const [figures, maps] = await Promise.all([api.telemetry.artifacts({}), api.columns.list()])
  const known = new Map(figures.map((figure) => [figure.artifact, figure]))
  return { artifacts: maps.map((map) => ({ ...map, figures: known.get(map.artifact) ?? null })) }
})

type Artifact = ReturnType<typeof useLoaderData<typeof loader>>['artifacts'][number]

export default function Artifacts() {
  const { artifacts } = useLoaderData<typeof loader>()
  useLive(artifacts.some(({ following }) => following && !following.done && !following.error))
  return (
    <>
      <PageHead
        title="Artifacts"
        about="What each artifact's columns are: which is a time, a path, a hash. Search, stacks and timelines go by it."
      />
      <DataTable
        caption="Artifacts"
        rows={artifacts}
        columns={COLUMNS}
        rowKey={({ artifact }) => artifact}
        margin={{ title: 'Line', cell: (_, line) => line + 1 }}
        empty={
          <Nothing
            title="No artifact yet"
            actions={
              <Link className="btn primary" to="/deliveries">
                Upload a file
              </Link>
            }
          >
            Artifacts stand here as soon as a first delivery is loaded.
          </Nothing>
        }
      />
    </>
  )
}

const COLUMNS: Column<Artifact>[] = [
  {
    title: 'Artifact',
    cell: ({ artifact }) => (
      <Link className="lead" to={artifactLink(artifact)}>
        <Value text={artifact} path={false} />
      </Link>
    ),
    below: (row) => `${mappedText(row)}, ${row.figures ? `${number(row.figures.rows)} rows` : ''}`,
  },
  {
    title: 'Rows',
    right: true,
    className: 'max-md:hidden w-28',
    cell: ({ artifact, figures }) =>
      figures && (
        <Link className="n num" to={rowsLink({ artifact })}>
          {number(figures.rows)}
        </Link>
      ),
  },
  {
    title: 'Hosts',
    right: true,
    className: 'max-md:hidden w-20',
    cell: ({ figures }) => figures && number(figures.hosts),
  },
  {
    title: <Zoned>Newest</Zoned>,
    className: 'max-md:hidden w-36',
    cell: ({ figures }) => figures && <Time at={figures.last_ingested_at} />,
  },
  { title: 'Mapped columns', className: 'max-md:hidden w-44', cell: mappedText },
  {
    title: 'Known by',
    className: 'w-44 max-md:w-28',
    cell: ({ listed, corrected, following }) =>
      following && !following.done
        ? followingText(following)
        : corrected > 0
          ? `${listed ? 'the list' : 'names'}, ${number(corrected)} corrected`
          : listed
            ? 'the list'
            : 'their names',
  },
]

function mappedText({ columns, times }: Artifact) {
  if (columns === 0) return 'none mapped'
  return `${number(columns)} mapped, ${times === 1 ? '1 time' : `${number(times)} times`}`
}
