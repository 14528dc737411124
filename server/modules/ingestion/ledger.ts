import { sql } from 'kysely'
import type { z } from 'zod'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { FLAWS, type Flaw } from './formats/framed.ts'
import { getBatch, repairsOf } from './queries.ts'
import { rejectPage } from './rows.ts'
import type { BatchId, MemberList, RejectList } from './schema.ts'

/** Files of a delivered archive, one page. Throws `not_found` for another tenant's. */
export async function members(ctx: Ctx, { id, after, limit }: z.output<typeof MemberList>) {
  await getBatch(ctx, id)
  const rows = await membersOf(ctx, { id, after, limit })
  return { rows, next: rows.length === limit ? rows.at(-1)!.n : null }
}

/** One delivery with what mends it, and how many files it held. Throws `not_found` for another tenant's. */
export async function delivery(ctx: Ctx, { id }: z.output<typeof BatchId>) {
  const batch = await getBatch(ctx, id)
  return { ...batch, repaired_by: await repairsOf(ctx, id), files: await memberCounts(ctx, id) }
}

/** One page of a delivery's quarantine, each line with its reason in words. */
export async function rejectsOf(ctx: DetachedCtx, input: z.infer<typeof RejectList>) {
  await ctx.transact('read only', (within) => getBatch(within, input.id))
  const page = await rejectPage(ctx.rows, input)
  const lines = page.map(({ line }) => line)
  const files = await ctx.transact('read only', (within) => membersAt(within, input.id, lines))
  return {
    rows: page.map((reject) => ({
      ...reject,
      reason: FLAWS[reject.code as Flaw] ?? reject.code,
      ...(files.get(reject.line) ?? { file: null, line_in: null }),
    })),
    next: page.length === input.limit ? page.at(-1)!.line : null,
  }
}

/** Files of a delivered archive after the n-th, in the order they were read. */
const membersOf = ({ db }: Pick<Ctx, 'db'>, { id, after, limit }: { id: number; after: number; limit: number }) =>
  db
    .selectFrom('batch_member')
    .select(['n', 'name', 'kind', 'artifact', 'hostname', 'client_id', 'flow_id', 'first_line', 'lines', 'bytes'])
    .select(['sha256', 'kept_as', 'note'])
    .where('batch_id', '=', id)
    .where('n', '>', after)
    .orderBy('n')
    .limit(limit)
    .execute()

/** How many files of each kind an archive held; empty for what was no archive. */
const memberCounts = ({ db }: Pick<Ctx, 'db'>, id: number) =>
  db
    .selectFrom('batch_member')
    .select(['kind', (eb) => eb.fn.countAll<number>().as('files')])
    .where('batch_id', '=', id)
    .groupBy('kind')
    .orderBy('kind')
    .execute()

/** In which file of the archive each of these lines stands, and its line there. Lines of no archive are not among them. */
async function membersAt({ db }: Pick<Ctx, 'db'>, id: number, lines: number[]) {
  const { rows } = await sql<{ line: number; name: string; line_in: number }>`
    select at.line::float8 as line, m.name, (at.line - m.first_line + 1)::float8 as line_in from unnest(${lines}::bigint[]) at (line)
    cross join lateral (
      select name, first_line from batch_member
      where tenant_id = app.tenant_id() and batch_id = ${id} and first_line <= at.line order by first_line desc limit 1
    ) m`.execute(db)
  return new Map(rows.map(({ line, name, line_in }) => [line, { file: name, line_in }]))
}
