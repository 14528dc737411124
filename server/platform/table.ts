import { type Insertable, type Kysely, type Selectable, type SelectQueryBuilder, sql, type Updateable } from 'kysely'
import type { Tables, TENANT_TABLES } from '#db/types.ts'
import { record } from './activity.ts'
import { AppError } from './errors.ts'
import { type Page, type Paging, paginate } from './paginate.ts'
import type { Ctx } from './trpc.ts'

type Managed = 'id' | 'tenant_id' | 'created_at' | 'updated_at'
type TenantTable = (typeof TENANT_TABLES)[number]
type Row<T extends TenantTable> = Selectable<Tables[T]>
type New<T extends TenantTable> = Omit<Insertable<Tables[T]>, Managed>
type Patch<T extends TenantTable> = Omit<Updateable<Tables[T]>, Managed>
type Column<T extends TenantTable> = keyof Row<T> & string
type Listing = Paging & { q?: string | undefined }

// Kysely cannot follow a generic table name: inside, one loose shape; the exported types are what callers rely on.
type LooseTables = Record<string, Record<string, unknown>>
type LooseQuery = SelectQueryBuilder<LooseTables, string, Record<string, unknown>>

/**
 * The verbs every plain record has; each change is recorded in the same transaction.
 * `tallied`: the database keeps the number of rows.
 * `search`: columns matched by `q`. `filter`: columns compared with the input field of the same name.
 */
export function table<const T extends TenantTable>(
  name: T,
  options: { search: Column<T>[]; filter: Column<T>[]; noun?: string; tallied?: true },
) {
  const noun = options.noun ?? name
  const q = (ctx: Ctx) => ctx.db as unknown as Kysely<LooseTables>
  const from = (ctx: Ctx) => q(ctx).selectFrom(name as string) as unknown as LooseQuery

  const matching = (query: LooseQuery, input: Listing) => {
    let narrowed = query
    for (const column of options.filter) {
      const value = (input as Record<string, unknown>)[column]
      if (value !== undefined) narrowed = narrowed.where(sql.ref(`${name}.${column}`), '=', value)
    }
    if (!input.q) return narrowed
    const like = `%${input.q.replace(/[\\%_]/g, '\\$&')}%`
    return narrowed.where((eb) =>
      eb.or(options.search.map((column) => sql<boolean>`${sql.ref(`${name}.${column}`)}::text ilike ${like}`)),
    )
  }

  const count = async (ctx: Ctx, input: Listing) => {
    const counted = await matching(from(ctx).select(sql<number>`count(*)`.as('total')), input).executeTakeFirst()
    return Number(counted?.total ?? 0)
  }

  return {
    /** One keyset page with the total that the same filters match. */
    list: async (ctx: Ctx, input: Listing): Promise<Page<Row<T>>> => {
      const page = await paginate(matching(from(ctx).selectAll(), input), name as string, input)
      const narrowed =
        input.q !== undefined ||
        options.filter.some((column) => (input as Record<string, unknown>)[column] !== undefined)
      const total = options.tallied && !narrowed ? await tallyOf(ctx, name) : await count(ctx, input)
      return { ...page, total } as unknown as Page<Row<T>>
    },

    get: async (ctx: Ctx, id: number): Promise<Row<T>> =>
      ((await from(ctx).selectAll().where('id', '=', id).executeTakeFirst()) as Row<T> | undefined) ?? missing(noun),

    create: async (ctx: Ctx, values: New<T>): Promise<Row<T>> => {
      const row = await q(ctx)
        .insertInto(name as string)
        .values(values)
        .returningAll()
        .executeTakeFirstOrThrow()
      await record(ctx, `${noun}.created`, { type: noun, id: row.id as number })
      return row as Row<T>
    },

    update: async (ctx: Ctx, { id, ...patch }: { id: number } & Patch<T>): Promise<Row<T>> => {
      const row = await q(ctx)
        .updateTable(name as string)
        .set(patch)
        .where('id', '=', id)
        .returningAll()
        .executeTakeFirst()
      if (!row) return missing(noun)
      await record(ctx, `${noun}.updated`, { type: noun, id }, patch)
      return row as Row<T>
    },
  }
}

/** How many rows of a tallied table the tenant has, without counting them. */
export async function tallyOf({ db }: Pick<Ctx, 'db'>, what: TenantTable): Promise<number> {
  const found = await db.selectFrom('tally').select('n').where('what', '=', what).executeTakeFirst()
  return found?.n ?? 0
}

/** Foreign and unknown ids look alike. */
export function missing(noun: string): never {
  throw new AppError('not_found', `No such ${noun}.`)
}
