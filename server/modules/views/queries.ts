import { type ExpressionBuilder, sql } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { record } from '#server/platform/activity.ts'
import { AppError, clash } from '#server/platform/errors.ts'
import { paginate } from '#server/platform/paginate.ts'
import { missing } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { Inbox, LinkOut, NewView, ViewEdit, ViewList } from './schema.ts'

/** How many addresses of a person are remembered. */
export const REMEMBERED = 20
const LEADS = ['lead', 'admin']
const SHOWN = [
  'saved_view.id',
  'saved_view.name',
  'saved_view.description',
  'saved_view.address',
  'saved_view.owner',
  'saved_view.owner_name',
  'saved_view.shared_at',
  'saved_view.version',
  'saved_view.updated_at',
] as const

const seenBy =
  ({ actor }: Pick<Ctx, 'actor'>) =>
  (eb: ExpressionBuilder<Tables, 'saved_view'>) =>
    eb.or([eb('saved_view.owner', '=', actor.accountId), eb('saved_view.shared_at', 'is not', null)])

const views = (ctx: Ctx) => ctx.db.selectFrom('saved_view').select(SHOWN).where(seenBy(ctx))
export type SavedView = Awaited<ReturnType<ReturnType<typeof views>['executeTakeFirstOrThrow']>>

const likeOf = (q: string) => `%${q.replace(/[\\%_]/g, '\\$&')}%`

/** Views that the person sees: their own and those shared in the tenant. One keyset page with its total. */
export async function listViews(ctx: Ctx, input: z.output<typeof ViewList>) {
  const { q, whose } = input
  const matching = <Q extends ReturnType<typeof views>>(query: Q) =>
    query
      .$if(whose === 'mine', (found) => found.where('saved_view.owner', '=', ctx.actor.accountId))
      .$if(whose === 'shared', (found) => found.where('saved_view.shared_at', 'is not', null))
      .$if(q !== undefined, (found) =>
        found.where((eb) =>
          eb.or([
            eb('saved_view.name', 'ilike', likeOf(q!)),
            eb('saved_view.description', 'ilike', likeOf(q!)),
            eb('saved_view.address', 'ilike', likeOf(q!)),
          ]),
        ),
      )
  const page = await paginate(matching(views(ctx)), 'saved_view', input)
  const { total } = await matching(views(ctx))
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { ...page, total: Number(total) }
}

/** One view. Throws `not_found` for another tenant's, and for another person's own. */
export const getView = async (ctx: Ctx, id: number): Promise<SavedView> =>
  (await views(ctx).where('saved_view.id', '=', id).executeTakeFirst()) ?? missing('view')

/** Keeps an address under a name. */
export async function createView(ctx: Ctx, { audience, ...view }: z.output<typeof NewView>): Promise<SavedView> {
  const { id } = await ctx.db
    .insertInto('saved_view')
    .values({ ...view, owner: ctx.actor.accountId, owner_name: ctx.actor.name, shared_at: sharedAt(audience) })
    .returning('id')
    .executeTakeFirstOrThrow()
  await record(ctx, 'view.saved', { type: 'view', id }, { audience })
  return getView(ctx, id)
}

const sharedAt = (audience: 'personal' | 'shared') => (audience === 'shared' ? sql<Date>`now()` : null)

/** Changes a view: its owner, and where it is shared everybody who may write. Throws `conflict` where it has changed meanwhile. */
export async function editView(ctx: Ctx, edit: z.output<typeof ViewEdit>): Promise<SavedView> {
  const { id, version, audience, address, ...words } = edit
  const stored = await getView(ctx, id)
  if (audience === 'personal' && stored.owner !== ctx.actor.accountId && stored.shared_at)
    throw new AppError('forbidden', 'Only its owner can take a shared view back.')
  const changed = await ctx.db
    .updateTable('saved_view')
    .set({
      ...words,
      ...(address ? { address } : {}),
      shared_at: audience === 'shared' ? sql<Date>`coalesce(shared_at, now())` : null,
      version: version + 1,
    })
    .where('id', '=', id)
    .where('version', '=', version)
    .returning('id')
    .executeTakeFirst()
  if (!changed) throw changedMeanwhile(await getView(ctx, id))
  await record(ctx, 'view.changed', { type: 'view', id }, { version: version + 1 })
  return getView(ctx, id)
}

const changedMeanwhile = ({ name, description, address, shared_at, version }: SavedView) =>
  clash('Somebody else changed this view meanwhile.', {
    name,
    description,
    address,
    audience: shared_at ? 'shared' : 'personal',
    version: String(version),
  })

/** Takes a view away: its owner, or a lead where it is shared. Doing it again changes nothing. */
export async function removeView(ctx: Ctx, id: number): Promise<void> {
  const { owner } = await getView(ctx, id)
  if (owner !== ctx.actor.accountId && !LEADS.includes(ctx.actor.role))
    throw new AppError('forbidden', 'Only its owner or a lead can delete a shared view.')
  await ctx.db.deleteFrom('saved_view').where('id', '=', id).execute()
  await record(ctx, 'view.deleted', { type: 'view', id })
}

/** Remembers an address as the person's newest; the oldest beyond twenty are forgotten. */
export async function noteVisit({ db, actor }: Ctx, address: string): Promise<void> {
  const { accountId } = actor
  if (!accountId) return
  await db
    .insertInto('recent_view')
    .values({ account_id: accountId, address, visited_at: sql<Date>`clock_timestamp()` })
    .onConflict((c) =>
      c.columns(['tenant_id', 'account_id', 'address']).doUpdateSet({ visited_at: sql<Date>`clock_timestamp()` }),
    )
    .execute()
  await db
    .deleteFrom('recent_view')
    .where('account_id', '=', accountId)
    .where('visited_at', '<', (eb) =>
      eb
        .selectFrom('recent_view as kept')
        .select('kept.visited_at')
        .where('kept.account_id', '=', accountId)
        .orderBy('kept.visited_at', 'desc')
        .offset(REMEMBERED - 1)
        .limit(1),
    )
    .execute()
}

/** The person's last addresses, the newest first. */
export const recentOf = ({ db, actor }: Ctx) =>
  db
    .selectFrom('recent_view')
    .select(['address', 'visited_at'])
    .where('account_id', '=', actor.accountId ?? 0)
    .orderBy('visited_at', 'desc')
    .limit(REMEMBERED)
    .execute()

/** Names of those in the tenant to whom a link can be sent. */
export async function colleaguesOf({ db, actor }: Ctx): Promise<string[]> {
  const found = await db
    .selectFrom('membership')
    .innerJoin('account', 'account.id', 'membership.account_id')
    .select('account.username')
    .where('membership.deactivated_at', 'is', null)
    .where('account.id', '!=', actor.accountId ?? 0)
    .orderBy('account.username')
    .limit(500)
    .execute()
  return found.map(({ username }) => username)
}

/** Puts a link into a colleague's inbox. Throws `invalid` beside the field for a name of nobody in the tenant. */
export async function sendLink(ctx: Ctx, { to, ...link }: z.output<typeof LinkOut>): Promise<{ id: number }> {
  const recipient = await ctx.db
    .selectFrom('membership')
    .innerJoin('account', 'account.id', 'membership.account_id')
    .select('account.id')
    .where('membership.deactivated_at', 'is', null)
    .where(sql`lower(account.username)`, '=', to.toLowerCase())
    .executeTakeFirst()
  if (!recipient) throw new AppError('invalid', 'Nobody has that name here.', { to: 'Nobody of this tenant.' })
  const sent = await ctx.db
    .insertInto('shared_link')
    .values({ ...link, sender: ctx.actor.accountId, sender_name: ctx.actor.name, recipient: recipient.id })
    .returning('id')
    .executeTakeFirstOrThrow()
  await record(ctx, 'link.sent', { type: 'link', id: sent.id }, { to: recipient.id })
  return sent
}

/** Links sent to the person, the newest first, and how many they have not read. */
export async function inboxOf(ctx: Ctx, input: z.output<typeof Inbox>) {
  const { state } = input
  const own = ctx.db.selectFrom('shared_link').where('recipient', '=', ctx.actor.accountId ?? 0)
  const found = own
    .select(['id', 'address', 'title', 'note', 'sender_name', 'read_at', 'created_at'])
    .$if(state === 'unread', (links) => links.where('read_at', 'is', null))
    .$if(state === 'read', (links) => links.where('read_at', 'is not', null))
  const { unread } = await own
    .select((eb) => eb.fn.countAll<number>().filterWhere('read_at', 'is', null).as('unread'))
    .executeTakeFirstOrThrow()
  return { ...(await paginate(found, 'shared_link', input)), unread: Number(unread) }
}

/** Says that a link was read. Throws `not_found` for one that was sent to somebody else. */
export async function readLink(ctx: Ctx, id: number): Promise<{ id: number; address: string }> {
  const read = await ctx.db
    .updateTable('shared_link')
    .set({ read_at: sql<Date>`coalesce(read_at, now())` })
    .where('id', '=', id)
    .where('recipient', '=', ctx.actor.accountId ?? 0)
    .returning(['id', 'address'])
    .executeTakeFirst()
  if (!read) return missing('link')
  await record(ctx, 'link.read', { type: 'link', id })
  return read
}
