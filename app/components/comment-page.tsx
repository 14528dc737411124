import { Form } from '@remix-run/react'
import { rowLink } from '#app/lib/row-links.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { DraftField } from './draft.tsx'
import { useRefusal } from './form.tsx'
import { Link } from './link.tsx'
import { Notice } from './notice.tsx'
import { PageHead, SectionHead } from './page-head.tsx'
import { FullTime } from './time.tsx'
import { WholeValue } from './value.tsx'

type Revision = { version: number; body: string | null; written_by_name: string; created_at: Date }
type Props = {
  comment: { id: number; row_id: string; version: number; deleted_at: Date | null }
  revisions: Revision[]
  next: string
}

/** One comment: its text to change, and every text it had. A change made meanwhile stands beside one's own. */
export function CommentPage({ comment, revisions, next }: Props) {
  const mayWrite = useMayWrite()
  const newest = revisions[0]
  const hidden = (
    <>
      <input type="hidden" name="id" value={comment.id} />
      <input type="hidden" name="version" value={comment.version} />
      <input type="hidden" name="next" value={next} />
    </>
  )
  return (
    <>
      <PageHead
        title="Comment"
        about={comment.deleted_at ? 'Deleted; its texts remain here.' : `Version ${comment.version}`}
      >
        <Link className="btn" to={rowLink(comment.row_id)}>
          Open its row
        </Link>
        {mayWrite && !comment.deleted_at && (
          <Form method="post" action={`/marks?comment=${comment.id}`}>
            {hidden}
            <button type="submit" className="btn danger" name="intent" value="delete">
              Delete comment
            </button>
          </Form>
        )}
      </PageHead>
      {mayWrite && !comment.deleted_at && <Edit comment={comment} newest={newest} hidden={hidden} />}
      <SectionHead title="History" about={`${revisions.length} versions, the newest first`} />
      <div className="versions">
        {revisions.map((revision) => (
          <Told key={revision.version} revision={revision} />
        ))}
      </div>
    </>
  )
}

type EditProps = { comment: Props['comment']; newest: Revision | undefined; hidden: React.ReactNode }

function Edit({ comment, newest, hidden }: EditProps) {
  const edited = useRefusal('edit')
  const deleted = useRefusal('delete')
  const refusal = edited ?? deleted
  const clash = refusal?.fields.stored !== undefined
  return (
    <>
      {refusal && (
        <Notice kind={clash ? 'warn' : 'bad'} role="alert">
          <b>{clash ? 'Somebody else changed this comment meanwhile.' : 'The comment was not stored.'}</b>{' '}
          {clash
            ? 'Your text and the stored one stand side by side; saving now replaces the stored one, which stays in the history.'
            : (refusal.fields.body ?? refusal.fields[''])}
        </Notice>
      )}
      <div className={clash ? 'versions' : 'max-w-[48rem]'}>
        <Form method="post" action={`/marks?comment=${comment.id}`}>
          {hidden}
          <input type="hidden" name="intent" value="edit" />
          <DraftField
            key={`${comment.version}-${clash}`}
            name="body"
            label={clash ? 'Your text' : 'Text'}
            text={edited?.values.body ?? newest?.body ?? ''}
            about={`comment-${comment.id}`}
            stored={newest?.body ? [newest.body] : []}
            rows={6}
          />
          <button type="submit" className="btn primary">
            Save comment
          </button>
        </Form>
        {clash && newest && (
          <section aria-label="Stored text">
            <p className="label">Stored text</p>
            <Told revision={newest} />
          </section>
        )}
      </div>
    </>
  )
}

const Told = ({ revision: { version, body, written_by_name, created_at } }: { revision: Revision }) => (
  <article className="told">
    <p className="label">
      Version {version}, {written_by_name}, <FullTime at={created_at} />
    </p>
    {body === null ? <p className="muted">deleted</p> : <WholeValue text={body} cap={4000} block />}
  </article>
)
