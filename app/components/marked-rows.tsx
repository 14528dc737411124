import { number } from '#app/lib/format.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { rowLink } from '#app/lib/row-links.ts'
import { type Column, DataTable } from './data-table.tsx'
import { DraftField } from './draft.tsx'
import { useRefusal } from './form.tsx'
import { Link } from './link.tsx'
import { Nothing, Notice } from './notice.tsx'
import { PageHead } from './page-head.tsx'
import { PostForm } from './post-form.tsx'
import { type Marks, RowMarks, STAR, StarButton, StarForm } from './row-marks.tsx'
import type { StoredRow } from './row-table.tsx'
import { EventTime, Zoned } from './time.tsx'
import { Value } from './value.tsx'

type Marked = Marks & {
  row: (Pick<StoredRow, 'artifact' | 'hostname' | 'event_time' | 'event_source'> & { start: string }) | null
}
type Props = { tags: { tag: string; rows: number }[]; rows: Marked[]; tag: string | null }

const MOST = 100

/** Rows that people starred, tagged or commented on, the last marked first. */
export const MarkedRows = ({ tags, rows, tag }: Props) => (
  <>
    <PageHead title="Marked rows" about={aboutOf(rows.length, tag)}>
      {rows.length > 0 && (
        <Link className="btn" to={`/rows?${new URLSearchParams({ q: tag ? `tag:"${tag}"` : 'tag:*' })}`}>
          {tag ? 'Explore them all' : 'Explore the tagged ones'}
        </Link>
      )}
    </PageHead>
    <Refused />
    {tags.length > 0 && (
      <nav aria-label="Tags" className="flex flex-wrap gap-2 pb-3">
        <Link className="btn quiet" to="/marks" aria-current={tag === null ? 'true' : undefined}>
          All
        </Link>
        {tags.map((one) => (
          <Link
            key={one.tag}
            className="btn"
            to={`/marks?tag=${encodeURIComponent(one.tag)}`}
            aria-current={one.tag === tag ? 'true' : undefined}
          >
            {one.tag === STAR ? '★ starred' : one.tag} <span className="muted">{number(one.rows)}</span>
          </Link>
        ))}
      </nav>
    )}
    <StarForm />
    <DataTable
      caption="Marked rows"
      rows={rows}
      columns={COLUMNS}
      rowKey={({ row_id }) => row_id}
      margin={{ title: 'Star', cell: (marks) => <StarButton row={marks.row_id} marks={marks} /> }}
      empty={
        <Nothing title={tag ? 'No row bears this tag' : 'No row is marked yet'}>
          A row of Explore is starred with its star, tagged and commented on in its preview.
        </Nothing>
      }
    />
  </>
)

/** What was refused on a row, with what was typed: nothing is lost, and a link leads back. */
function Refused() {
  const [tag, comment] = [useRefusal('tag'), useRefusal('comment')]
  const refusal = tag ?? comment
  if (!refusal) return null
  const { rowId = '', next = '/marks', body = '' } = refusal.values
  return (
    <>
      <Notice kind="bad" role="alert" action={<Link to={nextPath(next)}>Back to the row</Link>}>
        <b>{tag ? 'The tag was not added.' : 'The comment was not stored.'}</b>{' '}
        {refusal.fields.tag ?? refusal.fields.body ?? refusal.fields['']}
      </Notice>
      {comment && (
        <PostForm action="/marks" className="max-w-[48rem]">
          <input type="hidden" name="intent" value="comment" />
          <input type="hidden" name="rowId" value={rowId} />
          <input type="hidden" name="next" value={next} />
          <DraftField name="body" label="Your text" text={body} about={`row-${rowId}`} stored={[]} />
          <button type="submit" className="btn primary">
            Comment
          </button>
        </PostForm>
      )}
    </>
  )
}

const aboutOf = (count: number, tag: string | null) => {
  const which = tag === null ? 'starred, tagged or commented on' : `tagged ${tag}`
  return count >= MOST
    ? `The last ${MOST} ${which}; older ones are cut.`
    : `Rows that somebody here ${which}, the last first.`
}

const COLUMNS: Column<Marked>[] = [
  {
    title: 'Row',
    cell: ({ row_id, row }) =>
      row ? (
        <Link className="lead" to={rowLink(row_id)} data-act="open">
          <Value text={row.start} path={false} />
        </Link>
      ) : (
        <span className="muted">no longer stored</span>
      ),
    below: ({ row }) => row && `${row.artifact} · ${row.hostname}`,
    beneath: (marks) => <RowMarks row={marks.row_id} marks={marks} />,
  },
  { title: 'Artifact', className: 'max-md:hidden w-64', cell: ({ row }) => row?.artifact ?? '' },
  {
    title: 'Host',
    className: 'max-md:hidden w-40',
    cell: ({ row }) => (row ? <Value text={row.hostname} /> : ''),
  },
  {
    title: <Zoned>Event</Zoned>,
    right: true,
    className: 'max-md:hidden w-40',
    cell: ({ row }) => (row ? <EventTime at={row.event_time} source={row.event_source} /> : ''),
  },
]
