import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { SectionHead } from '#app/components/page-head.tsx'
import { Value } from '#app/components/value.tsx'
import { stackLink } from '#app/lib/stack-link.ts'

type KnownStack = {
  title: string
  about: string
  columns: string[]
  q?: string
  shape?: true
  artifact: string | null
  wanted: string
}
type Props = { known: { stacks: KnownStack[]; artifacts: string[] } }

const COLUMNS: Column<KnownStack>[] = [
  {
    title: 'Stack',
    cell: (one) => (
      <Link className="lead" to={stackLink({ ...one, columns: one.columns })}>
        {one.title}
      </Link>
    ),
    below: ({ about }) => about,
  },
  { title: 'Shows', className: 'max-md:hidden', cell: ({ about }) => about, wrap: true },
  {
    title: 'Artifact',
    className: 'max-lg:hidden',
    cell: ({ artifact }) => <Value text={artifact ?? ''} path={false} />,
  },
]

/** The stacks that hunters come back to: those this tenant has rows for as links, the others with what to collect. */
export function KnownStacks({ known: { stacks, artifacts } }: Props) {
  const ready = stacks.filter(({ artifact }) => artifact !== null)
  const missing = stacks.filter(({ artifact }) => artifact === null)
  return (
    <>
      <SectionHead title="Well-known stacks" about="rarest first, over distinct hosts" />
      {ready.length === 0 && (
        <Nothing title={artifacts.length === 0 ? 'No rows yet' : 'None of them has rows here'}>
          Choose an artifact and a column above, or collect one of the artifacts below.
        </Nothing>
      )}
      {ready.length > 0 && (
        <DataTable caption="Well-known stacks" rows={ready} columns={COLUMNS} rowKey={({ title }) => title} />
      )}
      {missing.length > 0 && (
        <>
          <SectionHead title="Nothing collected for these yet" />
          <ul className="stack-list">
            {missing.map(({ title, wanted }) => (
              <li key={title}>
                {title} <span className="muted">needs {wanted}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
