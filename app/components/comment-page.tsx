import type { ReactNode } from 'react'
import type { Refusal } from '#app/lib/api.server.ts'
import { rowLink } from '#app/lib/row-links.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { DraftField } from './draft.tsx'
import { useRefusal } from './form.tsx'
import { Link } from './link.tsx'
import { Notice } from './notice.tsx'
import { PageHead, SectionHead } from './page-head.tsx'
import { PostForm } from './post-form.tsx'
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
  const [edited, deleted] = [useRefusal('edit'), useRefusal('delete')]
  const refusal = edited ?? deleted
  // What is done next is done to what the person has seen: after a clash that is what the refusal brought.
  const version = refusal?.fields['stored.version'] ?? String(comment.version)
  const hidden = (
    <>
      <input type="hidden" name="id" value={comment.id} />
      <input type="hidden" name="version" value={version} />
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
          <PostForm action={`/marks?comment=${comment.id}`}>
            {hidden}
            <button type="submit" className="btn danger" name="intent" value="delete">
              Delete comment
            </button>
          </PostForm>
        )}
      </PageHead>
      {mayWrite && !comment.deleted_at && (
        <Edit id={comment.id} version={version} text={revisions[0]?.body ?? ''} refusal={refusal} hidden={hidden} />
      )}
      <SectionHead title="History" about={`${revisions.length} versions, the newest first`} />
      <div className="versions">
        {revisions.map((revision) => (
          <Told key={revision.version} revision={revision} />
        ))}
      </div>
    </>
  )
}

type EditProps = { id: number; version: string; text: string; refusal: Refusal | null; hidden: ReactNode }

function Edit({ id, version, text, refusal, hidden }: EditProps) {
  const stored = refusal?.fields['stored.body']
  const clash = stored !== undefined
  return (
    <>
      {refusal && (
        <Notice kind={clash ? 'warn' : 'bad'} role="alert">
          <b>{clash ? refusal.fields.version : 'The comment was not stored.'}</b>{' '}
          {clash
            ? 'Your text and the stored one stand side by side; saving now replaces the stored one, which stays in the history.'
            : (refusal.fields.body ?? refusal.fields[''])}
        </Notice>
      )}
      <div className={clash ? 'versions' : 'max-w-[48rem]'}>
        <PostForm action={`/marks?comment=${id}`}>
          {hidden}
          <input type="hidden" name="intent" value="edit" />
          <DraftField
            key={`${version}-${clash}`}
            name="body"
            label={clash ? 'Your text' : 'Text'}
            text={refusal?.values.body ?? stored ?? text}
            about={`comment-${id}`}
            stored={[stored ?? text]}
            rows={6}
          />
          <button type="submit" className="btn primary">
            Save comment
          </button>
        </PostForm>
        {clash && (
          <section aria-label="Stored text">
            <p className="label">Stored text</p>
            <article className="told">
              <p className="label">
                Version {version}, {refusal?.fields['stored.by']}
              </p>
              <WholeValue text={stored} cap={4000} block />
            </article>
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
