import type { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import type { Auth } from '#server/platform/auth/doors.ts'
import { seal } from '#server/platform/auth/keys.ts'
import { AppError } from '#server/platform/errors.ts'
import { enqueue } from '#server/platform/jobs.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { keySeal, passwordSeal } from './archives.ts'
import { fingerprintOf } from './formats/locked.ts'
import { loadDeliveries } from './jobs.ts'
import { type Batch, getBatch, UNTRIED } from './queries.ts'
import type { ArchiveKey, NameArtifact, Unlock } from './schema.ts'

type Sealing = Ctx & { auth: Pick<Auth, 'secret'> }

/** An archive's password as the ledger may hold it until the load has ended. */
export const sealedPassword = ({ auth, actor }: Sealing, sha256: string, password: string): string =>
  seal(auth.secret, password, passwordSeal(actor.tenantId, sha256))

/** Tries an encrypted archive again with another password. Throws `conflict` when it does not wait for one. */
export async function unlock(ctx: Sealing, { id, password }: z.output<typeof Unlock>): Promise<Batch> {
  const { sha256 } = await getBatch(ctx, id)
  const again = await ctx.db
    .updateTable('batch')
    .set({
      state: 'spooled', locked_at: null, sealed_password: sealedPassword(ctx, sha256, password),
      done_at: null, error: null, ...UNTRIED, load_id: null, loaded_bytes: 0, phase: null, watched_at: null,
    }) // biome-ignore format: a list to read across
    .where('id', '=', id)
    .where('locked_at', 'is not', null)
    .where('spool_name', 'is not', null)
    .returning('id')
    .executeTakeFirst()
  if (!again) throw new AppError('conflict', 'This delivery does not wait for a password.')
  return queuedAgain(ctx, id, 'batch.unlocked', {})
}

/** Names the artifact, and the host where it lacks one, of a delivery that waits for it. Throws `conflict` when it does not. */
export async function nameArtifact(ctx: Ctx, named: z.output<typeof NameArtifact>): Promise<Batch> {
  const { id, artifact, hostname, client_id } = named
  const { proposed, hostname: known } = await getBatch(ctx, id)
  if (proposed?.needs_host && !hostname && !client_id && !known) {
    throw new AppError('invalid', 'The rows do not say of which host they are.', { hostname: 'Say the host too.' })
  }
  const again = await ctx.db
    .updateTable('batch')
    .set((eb) => ({
      state: 'spooled',
      artifact,
      hostname: hostname ?? eb.ref('hostname'),
      client_id: client_id ?? eb.ref('client_id'),
      proposed: null,
      error: null,
    }))
    .where('id', '=', id)
    .where('state', '=', 'needs_artifact')
    .returning('id')
    .executeTakeFirst()
  if (!again) throw new AppError('conflict', 'This delivery does not wait for the name of an artifact.')
  return queuedAgain(ctx, id, 'batch.named', { artifact, hostname })
}

async function queuedAgain(
  ctx: Ctx,
  id: number,
  fact: 'batch.unlocked' | 'batch.named',
  detail: Record<string, unknown>,
) {
  await record(ctx, fact, { type: 'batch', id }, detail)
  await enqueue(ctx.db, loadDeliveries, {})
  return getBatch(ctx, id)
}

/** Whether the tenant has a private key for archives encrypted to it, and which: never the key. */
export async function archiveKey({ db }: Ctx) {
  const kept = await db.selectFrom('archive_key').select(['fingerprint', 'updated_at']).executeTakeFirst()
  return { fingerprint: kept?.fingerprint ?? null, saved_at: kept?.updated_at ?? null }
}

/** Seals and saves the tenant's private key, in place of an earlier one. Throws `invalid` for anything but an RSA key. */
export async function saveArchiveKey(ctx: Sealing, { pem }: z.output<typeof ArchiveKey>) {
  const fingerprint = readFingerprint(pem)
  const values = {
    sealed: seal(ctx.auth.secret, pem, keySeal(ctx.actor.tenantId)),
    fingerprint,
    set_by: ctx.actor.accountId,
  }
  await ctx.db
    .insertInto('archive_key')
    .values(values)
    .onConflict((c) => c.column('tenant_id').doUpdateSet(values))
    .execute()
  await record(ctx, 'archive_key.saved', { type: 'tenant', id: ctx.actor.tenantId }, { fingerprint })
  return { fingerprint }
}

function readFingerprint(pem: string): string {
  try {
    return fingerprintOf(pem)
  } catch {
    const why = 'Must be an RSA private key in PEM form, without a passphrase.'
    throw new AppError('invalid', 'This is no private key we can use.', { pem: why })
  }
}

/** Forgets the tenant's private key; false when there was none. */
export async function removeArchiveKey(ctx: Ctx) {
  const removed = await ctx.db.deleteFrom('archive_key').returning('tenant_id').executeTakeFirst()
  if (removed) await record(ctx, 'archive_key.removed', { type: 'tenant', id: ctx.actor.tenantId })
  return { removed: removed !== undefined }
}
