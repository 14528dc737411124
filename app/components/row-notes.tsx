import { useLocation } from '@remix-run/react'
import { X } from '#app/components/icons.tsx'
import { useMayWrite } from '#app/lib/viewer.ts'
import { DraftField } from './draft.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { PostForm } from './post-form.tsx'
import { STAR, StarButton, StarForm } from './row-marks.tsx'
import { FullTime } from './time.tsx'
import { WholeValue } from './value.tsx'

export type Comment = {
  id: number
  body: string
  version: number
  author_name: string
  created_at: Date
  updated_at: Date
}
export type Notes = { tags: { tag: string; added_by_name: string }[]; comments: Comment[] }

/** What people note on a row: its star, tags and comments, and the forms for more. `starForm`: the page has none yet. */
export function RowNotes({ row, notes, starForm }: { row: string; notes: Notes; starForm?: true }) {
  const { tags, comments } = notes
  const { pathname, search } = useLocation()
  const mayWrite = useMayWrite()
  const next = pathname + search
  const hidden = (
    <>
      <input type="hidden" name="rowId" value={row} />
      <input type="hidden" name="next" value={next} />
    </>
  )
  return (
    <section id="comments" className="notes" data-of-row={row}>
      {starForm && <StarForm />}
      <div className="flex flex-wrap items-center gap-2 py-1.5">
        <StarButton row={row} marks={{ row_id: row, tags: tags.map(({ tag }) => tag), comments: comments.length }} />
        {tags
          .filter(({ tag }) => tag !== STAR)
          .map(({ tag, added_by_name }) => (
            <PostForm key={tag} action="/marks" className="tag" preventScrollReset>
              {hidden}
              <input type="hidden" name="tag" value={tag} />
              <Link to={`/marks?tag=${encodeURIComponent(tag)}`} title={`by ${added_by_name}`}>
                {tag}
              </Link>
              {mayWrite && (
                <button type="submit" name="intent" value="untag" aria-label={`Take the tag ${tag} away`}>
                  <X aria-hidden="true" />
                </button>
              )}
            </PostForm>
          ))}
        {mayWrite && (
          <PostForm key={`tag-${tags.length}`} action="/marks" className="add-tag" preventScrollReset>
            {hidden}
            <input
              className="field"
              name="tag"
              aria-label="New tag"
              placeholder="Tag"
              maxLength={50}
              autoComplete="off"
              autoCapitalize="none"
              required
              data-act="tag"
            />
            <button type="submit" className="btn" name="intent" value="tag">
              Add
            </button>
          </PostForm>
        )}
      </div>
      {(comments.length > 0 || mayWrite) && <SectionHead title="Comments" />}
      {comments.map((comment) => (
        <Told key={comment.id} comment={comment} next={next} mayWrite={mayWrite} />
      ))}
      {mayWrite && (
        <PostForm key={`comment-${comments.length}`} action="/marks" preventScrollReset>
          {hidden}
          <input type="hidden" name="intent" value="comment" />
          <DraftField
            name="body"
            label="New comment"
            text=""
            about={`row-${row}`}
            stored={comments.map(({ body }) => body)}
            rows={2}
            act="comment"
          />
          <button type="submit" className="btn">
            Comment
          </button>
        </PostForm>
      )}
    </section>
  )
}

const Told = ({ comment, next, mayWrite }: { comment: Comment; next: string; mayWrite: boolean }) => (
  <article className="told">
    <p className="label">
      {comment.author_name}, <FullTime at={comment.updated_at} />
      {comment.version > 1 && `, version ${comment.version}`}{' '}
      <Link className="link" to={`/marks?${new URLSearchParams({ comment: String(comment.id), next })}`}>
        {mayWrite ? 'Edit' : 'History'}
        <span className="sr-only"> of the comment by {comment.author_name}</span>
      </Link>
    </p>
    <WholeValue text={comment.body} cap={2000} block />
  </article>
)
