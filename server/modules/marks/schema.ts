import { z } from 'zod'
import { ById, blank, Id, line } from '#server/platform/input.ts'

export const MOST_ROWS = 200
export const MOST_MARKED = 100

/** Where a row lies: host, delivery and line. */
const RowPlace = z.string().regex(/^\d{1,15}\.\d{1,15}\.\d{1,15}$/, 'Not the address of a row.')
/** A word, in lower case; letters, digits and - _ . : between them. */
const Tag = line(50)
  .transform((tag) => tag.toLowerCase())
  .refine((tag) => /^[\p{L}\p{N}][\p{L}\p{N}._:-]*$/u.test(tag), 'Letters, digits, and . _ : - between them.')
  .meta({ title: 'Tag' })
const Body = line(20_000).meta({ title: 'Comment' })
const version = z.coerce.number().int().positive()

export const OfRow = z.object({ rowId: RowPlace })
export const OfRows = z.object({ rows: z.array(RowPlace).max(MOST_ROWS) })
export const RowTag = z.object({ rowId: RowPlace, tag: Tag })
export const CommentId = ById
export const NewComment = z.object({ rowId: RowPlace, body: Body })
/** A change says which version it was made on. */
export const CommentEdit = z.object({ id: Id, version, body: Body })
export const CommentEnd = z.object({ id: Id, version })
/** What a row needs to bear to be listed: a tag, or any mark. */
export const Marked = z.object({ tag: z.preprocess(blank, Tag.optional()) })
