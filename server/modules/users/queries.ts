import { type Paging, paginate } from '#server/platform/paginate.ts'
import { missing } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'

const members = (ctx: Pick<Ctx, 'db'>) =>
  ctx.db
    .selectFrom('membership')
    .innerJoin('account', 'account.id', 'membership.account_id')
    .select((eb) => [
      'account.id',
      'account.username',
      'membership.role',
      'membership.tenant_id',
      'membership.created_at',
      'membership.last_seen_at',
      'account.created_at as registered_at',
      eb('membership.deactivated_at', 'is', null).$castTo<boolean>().as('is_active'),
    ])

/** The tenant's members, one keyset page. */
export async function listMembers(ctx: Ctx, input: Paging & { q?: string | undefined }) {
  const like = input.q ? `%${input.q.replace(/[\\%_]/g, '\\$&')}%` : null
  const found = members(ctx).$if(like !== null, (query) => query.where('account.username', 'ilike', like))
  const page = await paginate(found, 'membership', input, 'account_id')
  const { total } = await ctx.db
    .selectFrom('membership')
    .innerJoin('account', 'account.id', 'membership.account_id')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .$if(like !== null, (query) => query.where('account.username', 'ilike', like))
    .executeTakeFirstOrThrow()
  return { ...page, total }
}

/** One member of the tenant. Throws `not_found` for anybody else. */
export async function getMember(ctx: Pick<Ctx, 'db'>, id: number) {
  return (await members(ctx).where('account.id', '=', id).executeTakeFirst()) ?? missing('user')
}

/** The tenant's members by id, for the REST bridge. */
export const membersById = (ctx: Ctx, { skip, limit }: { skip: number; limit: number }) =>
  members(ctx).orderBy('account.id').offset(skip).limit(limit).execute()
