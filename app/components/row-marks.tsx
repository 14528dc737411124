import { useLocation } from '@remix-run/react'
import { Star } from '#app/components/icons.tsx'
import { counted } from '#app/lib/format.ts'
import { rowLink } from '#app/lib/row-links.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { Link } from './link.tsx'
import { PostForm } from './post-form.tsx'

export type Marks = { row_id: string; tags: string[]; comments: number }

export const STAR = 'star'
const FORM = 'stars'

/** The one form behind every star of a page. */
export function StarForm() {
  const { pathname, search } = useLocation()
  return (
    <PostForm id={FORM} action="/marks" preventScrollReset>
      <input type="hidden" name="intent" value="star" />
      <input type="hidden" name="next" value={pathname + search} />
    </PostForm>
  )
}

/** Stars a row, or takes its star away; to those who only read, whether it has one. Needs a StarForm on the page. */
export function StarButton({ row, marks }: { row: string; marks: Marks | undefined }) {
  const on = marks?.tags.includes(STAR) ?? false
  const mayWrite = useMayWrite()
  if (!mayWrite) return on ? <Star className="star on" aria-label="starred" /> : null
  return (
    <button
      type="submit"
      form={FORM}
      name={on ? 'unstar' : 'star'}
      value={row}
      className={on ? 'star on' : 'star'}
      aria-label="Star"
      aria-pressed={on}
      title={on ? 'Take the star away' : 'Star this row'}
      data-act="star"
    >
      <Star aria-hidden="true" />
    </button>
  )
}

/** What is noted on a row, in a line of the grid; nothing where nothing is. */
export function RowMarks({ row, marks }: { row: string; marks: Marks | undefined }) {
  const tags = marks?.tags.filter((tag) => tag !== STAR) ?? []
  if (!marks || (tags.length === 0 && marks.comments === 0)) return null
  return (
    <div className="row-marks">
      {tags.map((tag) => (
        <Link key={tag} className="tag" to={`/marks?tag=${encodeURIComponent(tag)}`}>
          {tag}
        </Link>
      ))}
      {marks.comments > 0 && (
        <Link className="label" to={`${rowLink(row)}#comments`}>
          {counted(marks.comments, 'comment')}
        </Link>
      )}
    </div>
  )
}
