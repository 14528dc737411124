import { Link } from '#app/components/link.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { SectionHead } from '#app/components/page-head.tsx'
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
      <ul className="stack-list">
        {ready.map((one) => (
          <li key={one.title}>
            <Link className="link" to={stackLink({ ...one, columns: one.columns })}>
              {one.title}
            </Link>
            <p className="muted">
              {one.about} <span className="val">{one.artifact}</span>
            </p>
          </li>
        ))}
      </ul>
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
