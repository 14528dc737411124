import { sql } from 'kysely'
import type { TenantDb } from '#server/platform/tenant.ts'

const OFFERED = 100

/** The newest deliveries that may hold rows of an artifact. */
export const deliveriesOf = (db: TenantDb, artifact: string) =>
  db
    .selectFrom('batch')
    .select(['id', 'filename', 'artifact', 'created_at', 'stored'])
    .where('state', '=', 'done')
    .where('stored', '>', 0)
    .where((eb) =>
      eb.or([
        eb('artifact', '=', artifact),
        eb('id', 'in', (among) =>
          among
            .selectFrom('host_artifact')
            .select(sql<number>`unnest(batch_ids)`.as('id'))
            .where('artifact', '=', artifact),
        ),
      ]),
    )
    .orderBy('id', 'desc')
    .limit(OFFERED)
    .execute()
