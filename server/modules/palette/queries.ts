import { sql } from 'kysely'
import { heldBy } from '#server/modules/hosts/queries.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { MOST_FINDS } from './schema.ts'

const likeOf = (q: string) => `%${q.replace(/[\\%_]/g, '\\$&')}%`

/** Hosts that any of their names, ids or addresses hold, the one that begins with it first. */
export const hostsLike = ({ db }: Ctx, q: string) =>
  db
    .selectFrom('host')
    .select(['id', 'hostname'])
    .where('merged_into', 'is', null)
    .where(heldBy(q))
    .orderBy(sql`not starts_with(lower(hostname), lower(${q}))`)
    .orderBy('hostname')
    .limit(MOST_FINDS)
    .execute()

/** Saved views that the person sees, by name. */
export const viewsLike = ({ db, actor }: Ctx, q: string) =>
  db
    .selectFrom('saved_view')
    .select(['id', 'name', 'address'])
    .where((eb) => eb.or([eb('owner', '=', actor.accountId), eb('shared_at', 'is not', null)]))
    .where((eb) => eb.or([eb('name', 'ilike', likeOf(q)), eb('description', 'ilike', likeOf(q))]))
    .orderBy('name')
    .limit(MOST_FINDS)
    .execute()
