import { data, redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { CommentPage } from '#app/components/comment-page.tsx'
import { MarkedRows } from '#app/components/marked-rows.tsx'
import { actOpen, load } from '#app/lib/api.server.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { rowLink } from '#app/lib/row-links.ts'
import { titledBy } from '#app/lib/title.ts'
import { CommentEdit, CommentEnd, CommentId, Marked, NewComment, RowTag } from '#server/modules/marks/schema.ts'
import { STAR } from '#server/modules/tags/schema.ts'

type Named = { comment: object | null }
export const meta = titledBy(({ comment }: Named) => (comment ? 'Comment' : 'Marked rows'))
export const handle = { trail: ({ comment }: Named) => [{ title: comment ? 'Comment' : 'Marked rows' }] }

export const loader = load(async ({ api, query }) => {
  if (query.comment) {
    const { revisions, ...comment } = await api.marks.history(CommentId.parse({ id: query.comment }))
    const dated = revisions.map((one) => ({ ...one, created_at: new Date(one.created_at) }))
    const next = query.next ? nextPath(query.next) : rowLink(comment.row_id)
    return { comment, revisions: dated, next, tags: [], rows: [], tag: null }
  }
  const { tag } = Marked.parse({ tag: query.tag })
  const [tags, rows] = await Promise.all([api.marks.tags(), api.marks.marked({ tag })])
  return { comment: null, revisions: [], next: '/marks', tags, rows, tag: tag ?? null }
})

// What is refused for a clash is shown beside what is stored by then.
export const shouldRevalidate = () => true

export const action = actOpen(async ({ viewer, api, form }) => {
  const next = nextPath(form.next)
  // Back to where it was written: what the person typed is kept there.
  if (!viewer) return redirect(`/login?next=${encodeURIComponent(next)}`)
  if (form.intent === 'star') {
    if (form.unstar) await api.marks.untag(RowTag.parse({ rowId: form.unstar, tag: STAR }))
    else await api.marks.tag(RowTag.parse({ rowId: form.star, tag: STAR }))
  } else if (form.intent === 'tag') await api.marks.tag(RowTag.parse(form))
  else if (form.intent === 'untag') await api.marks.untag(RowTag.parse(form))
  else if (form.intent === 'comment') await api.marks.comment(NewComment.parse(form))
  else if (form.intent === 'edit') await api.marks.editComment(CommentEdit.parse(form))
  else if (form.intent === 'delete') await api.marks.endComment(CommentEnd.parse(form))
  else throw data({ message: 'Nothing was asked for.' }, { status: 422 })
  return redirect(next)
})

export default function Marks() {
  const { comment, revisions, next, tags, rows, tag } = useLoaderData<typeof loader>()
  return comment ? (
    <CommentPage comment={comment} revisions={revisions} next={next} />
  ) : (
    <MarkedRows tags={tags} rows={rows} tag={tag} />
  )
}
