import { sql } from 'kysely'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Corrections } from './schema.ts'

/** What a tenant corrected, with the number of its last change and how far stored rows follow it. */
export async function correctionsOf(db: TenantDb, artifacts: string[]) {
  if (artifacts.length === 0) return []
  const found = await db.selectFrom('column_map').selectAll().where('artifact', 'in', artifacts).execute()
  return found.map((map) => ({ ...map, corrections: map.corrections as Corrections }))
}
export type StoredCorrection = Awaited<ReturnType<typeof correctionsOf>>[number]

/** Keeps a tenant's word on an artifact under the next revision, and has stored rows follow. */
export const putCorrections = (db: TenantDb, artifact: string, corrections: Corrections, by: number | null) => {
  const said = {
    corrections: JSON.stringify(corrections),
    corrected_by: by,
    corrected_at: sql<Date>`clock_timestamp()`,
    derived_pct: 0,
    error: null,
  }
  return db
    .insertInto('column_map')
    .values({ artifact, revision: 1, ...said })
    .onConflict((c) =>
      c
        .columns(['tenant_id', 'artifact'])
        .doUpdateSet((eb) => ({ ...said, revision: eb('column_map.revision', '+', 1) })),
    )
    .returning(['id', 'revision'])
    .executeTakeFirstOrThrow()
}

/** The oldest correction that stored rows do not follow yet. */
export const nextToDerive = (db: TenantDb) =>
  db
    .selectFrom('column_map')
    .select(['id', 'artifact', 'revision', 'corrected_at'])
    .whereRef('derived_revision', '<', 'revision')
    .where('error', 'is', null)
    .orderBy('updated_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()

type Deriving = { id: number; revision: number }

/** How far stored rows follow, in percent. Nothing once a newer correction came. */
export const noteDerived = (db: TenantDb, { id, revision }: Deriving, pct: number) =>
  db
    .updateTable('column_map')
    .set({ derived_pct: Math.floor(pct) })
    .where('id', '=', id)
    .where('revision', '=', revision)
    .execute()

/** From now on all stored rows follow this revision. */
export const endDerived = (db: TenantDb, { id, revision }: Deriving) =>
  db
    .updateTable('column_map')
    .set((eb) => ({
      derived_revision: eb.fn<number>('greatest', ['derived_revision', eb.val(revision)]),
      derived_pct: 100,
    }))
    .where('id', '=', id)
    .where('revision', '=', revision)
    .execute()

/** Why stored rows could not follow. A new correction tries again. */
export const failDerived = (db: TenantDb, { id, revision }: Deriving, error: string) =>
  db.updateTable('column_map').set({ error }).where('id', '=', id).where('revision', '=', revision).execute()

/** The names of hosts, by id. */
export async function hostNames(db: TenantDb, ids: number[]): Promise<Map<number, string>> {
  if (ids.length === 0) return new Map()
  const hosts = await db.selectFrom('host').select(['id', 'hostname']).where('id', 'in', ids).execute()
  return new Map(hosts.map(({ id, hostname }) => [id, hostname]))
}
