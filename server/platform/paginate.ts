import { type SelectQueryBuilder, sql } from 'kysely'
import { z } from 'zod'
import { AppError } from './errors.ts'

export type Paging = { sort: string; dir: 'asc' | 'desc'; cursor?: string | undefined; limit: number }
export type Page<Row> = { rows: Row[]; next: string | null; prev: string | null; total: number | null }

const Cursor = z.tuple([z.enum(['after', 'before']), z.string().max(400), z.int()])
type Cursor = z.infer<typeof Cursor>

/**
 * One keyset page of `query`, ordered by `<table>.<sort>, <table>.<key>`, with cursors both ways. The sort key travels
 * as PostgreSQL text, so microseconds survive. Throws AppError `invalid` for a cursor that is not ours.
 */
export async function paginate<DB, TB extends keyof DB, Row extends object>(
  query: SelectQueryBuilder<DB, TB, Row>,
  table: TB & string,
  { sort, dir, cursor, limit }: Paging,
  keyColumn = 'id',
): Promise<Page<Row>> {
  const key = sql.ref(`${table}.${sort}`)
  const id = sql.ref(`${table}.${keyColumn}`)
  const [way, keyText, idValue] = cursor ? decode(cursor) : (['after', null, null] as const)
  const forward = way === 'after'
  const order = (dir === 'asc') === forward ? 'asc' : 'desc'

  let page = query
    .select([sql<string>`${key}::text`.as('_key'), sql<number>`${id}`.as('_id')])
    .orderBy(key, order)
    .orderBy(id, order)
    .limit(limit + 1)
  if (cursor) {
    const after = order === 'asc' ? sql.raw('>') : sql.raw('<')
    page = page.where(sql<boolean>`(${key}, ${id}) ${after} (${keyText}, ${idValue})`)
  }

  const found = (await page.execute().catch(badCursor(cursor))) as (Row & { _key: string; _id: number })[]
  const more = found.length > limit
  const rows = found.slice(0, limit)
  if (!forward) rows.reverse()
  const [first, last] = [rows[0], rows.at(-1)]
  return {
    rows: rows.map(({ _key, _id, ...row }) => row as unknown as Row),
    next: last && (forward ? more : true) ? encode(['after', last._key, last._id]) : null,
    prev: first && cursor && (forward ? true : more) ? encode(['before', first._key, first._id]) : null,
    total: null,
  }
}

const encode = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function decode(cursor: string): Cursor {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw notOurs()
  }
}

// A cursor of another list can hold a key that PostgreSQL cannot read as this column's type (class 22).
const badCursor = (cursor: string | undefined) => (error: { code?: string }) => {
  throw cursor && error.code?.startsWith('22') ? notOurs() : error
}

const notOurs = () => new AppError('invalid', 'That page link is not valid. Start again from the first page.')
