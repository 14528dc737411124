import { bytes, number } from '#app/lib/format.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { Value } from './value.tsx'

export type Member = {
  n: number
  name: string
  kind: 'rows' | 'upload' | 'context' | 'log' | 'ignored'
  artifact: string | null
  hostname: string | null
  client_id: string | null
  lines: number | null
  bytes: number
  sha256: string | null
  kept_as: string | null
  note: string | null
}

const KINDS = { rows: 'rows', upload: 'collected file', context: 'context', log: 'log', ignored: 'left out' } as const

const COLUMNS: Column<Member>[] = [
  {
    title: 'File',
    wrap: true,
    cell: (member) => <Value text={member.name} />,
    beneath: ({ note, sha256 }) => (
      <>
        {note && <div className="label">{note}</div>}
        {sha256 && (
          <div className="label cut">
            SHA-256 <Value text={sha256} path={false} />
          </div>
        )}
      </>
    ),
    below: (member) => [KINDS[member.kind], member.artifact, linesOf(member)].filter(Boolean).join(' · '),
  },
  {
    title: 'What it is',
    className: 'max-md:hidden w-28',
    cell: (member) => `${KINDS[member.kind]}${member.kept_as ? ', kept' : ''}`,
  },
  {
    title: 'Artifact',
    className: 'max-lg:hidden w-56',
    cell: ({ artifact }) => (artifact ? <Value text={artifact} /> : <span className="muted">none</span>),
  },
  {
    title: 'Rows',
    right: true,
    className: 'max-md:hidden w-20',
    cell: ({ lines }) => (lines === null ? '' : number(lines)),
  },
  { title: 'Size', right: true, className: 'w-20', cell: (member) => bytes(member.bytes) },
]

const linesOf = ({ lines }: Member) => (lines === null ? null : `${number(lines)} lines`)

type Props = {
  members: Member[]
  files: { kind: Member['kind']; files: number }[]
  next: number | null
  after: number | null
}

/** The files that a delivered archive held, in the order they were read: what became of each. */
export const MemberTable = ({ members, files, next, after }: Props) => (
  <section id="files" className="pt-4">
    <SectionHead
      title="Files inside"
      about={files.map(({ kind, files: n }) => `${number(n)} ${KINDS[kind]}`).join(', ')}
    />
    <DataTable
      caption="Files inside the archive"
      rows={members}
      columns={COLUMNS}
      rowKey={(member) => member.n}
      margin={{ title: 'Number', cell: (member) => member.n }}
    />
    {(next !== null || after !== null) && (
      <nav className="pager" aria-label="Pages of files">
        <span />
        {after !== null && (
          <Link className="btn quiet" to="?#files">
            First
          </Link>
        )}
        {next !== null && (
          <Link className="btn" to={`?file=${next}#files`}>
            Next
          </Link>
        )}
      </nav>
    )}
  </section>
)
