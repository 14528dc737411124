import type { z } from 'zod'
import { observableOf } from '#server/modules/columns/service.ts'
import { hostIdsOf } from '#server/modules/hosts/service.ts'
import { record } from '#server/platform/activity.ts'
import { now } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { missing, tallyOf } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { newUndoToken, undoableSince } from '#server/platform/undo.ts'
import {
  deedOf, endVerdicts, type Fresh, historyFor, insertVerdicts, oneWriter, replacedBy, restoreVerdicts, type Shaped,
  type StoredVerdict, standingFor, standingSlice, verdictById, verdictPage, versionsOf,
} from './queries.ts' // biome-ignore format: a list to read across
import type { NewVerdict, Observable, Observables, VerdictList, VerdictSlice, VerdictVersion } from './schema.ts'

export { type Decision, decidedOf, hideDecided, isAbout, type Verdict, verdictOn, verdictsFor } from './rows.ts'

type Named = z.output<typeof Observables>['observables']

const LISTED = 20

/**
 * Decides about values as one deed, which whoever decided may undo within 10 minutes; the word before it ends. Throws
 * `invalid` for what is no such value, `not_found` for a host, `conflict` when others decided since `version` was seen.
 */
export async function decide(ctx: Ctx, input: NewVerdict) {
  const { verdict, scope, reason, expiresAt = null } = input
  if (expiresAt && expiresAt <= now())
    throw new AppError('invalid', 'The end must lie ahead.', { expiresAt: 'Must lie ahead.' })
  const scope_value = await scopeValueOf(ctx, input)
  await oneWriter(ctx.db)
  const named = input.observables.map((one) => ({ ...canonical(one), seen: one.version }))
  const versions = await unchanged(ctx, named)
  const fresh = distinct(named, scope === 'shape').map(({ type, value, shape }): Fresh => {
    const version = (versions.get(keyOf({ type, value })) ?? 0) + 1
    const held = scope === 'shape' ? shaped(type, value, shape) : ''
    return { type, value, shape: held, verdict, scope, scope_value, reason, expires_at: expiresAt, version }
  })
  const deed = deedOfActor(ctx)
  const before = await replacedBy(ctx.db, fresh)
  if (before.length > 0) await endVerdicts(ctx.db, before, { ...deed, how: 'replaced' })
  const ids = (await insertVerdicts(ctx.db, fresh, deed)).map(({ id }) => id)
  await record(ctx, 'verdict.given', { type: 'verdict', id: ids[0]! }, {
    verdict,
    scope,
    ...(scope_value ? { scope_value } : {}),
    ...(reason ? { reason } : {}),
    ...(expiresAt ? { expires_at: expiresAt.toISOString() } : {}),
    ...valuesOf(fresh),
  }) // biome-ignore format: one record
  return { undo: deed.deed, ids }
}

/** Ends all that stands on these values. Throws `conflict` when others decided since `version` was seen. */
export async function clear(ctx: Ctx, observables: Named) {
  await oneWriter(ctx.db)
  const named = distinct(observables.map((one) => ({ ...canonical(one), seen: one.version })), false) // biome-ignore format: one line
  await unchanged(ctx, named)
  const own = (await standingFor(ctx.db, named)).filter((stood) => named.some((one) => keyOf(one) === keyOf(stood)))
  const deed = deedOfActor(ctx)
  if (own.length === 0) return { undo: null, ids: [] }
  const ids = own.map(({ id }) => id)
  await endVerdicts(ctx.db, ids, { ...deed, how: 'revoked' })
  await record(ctx, 'verdict.revoked', { type: 'verdict', id: ids[0]! }, valuesOf(own))
  return { undo: deed.deed, ids }
}

/** Ends one verdict. Throws `not_found`, or `conflict` when it is not as it was seen. */
export async function revoke(ctx: Ctx, { id, version }: z.output<typeof VerdictVersion>) {
  await oneWriter(ctx.db)
  const stored = (await verdictById(ctx.db, id)) ?? missing('verdict')
  if (stored.revoked_at !== null || stored.version !== version) throw clash([stored])
  const deed = deedOfActor(ctx)
  await endVerdicts(ctx.db, [id], { ...deed, how: 'revoked' })
  await record(ctx, 'verdict.revoked', { type: 'verdict', id }, { verdict: stored.verdict, ...valuesOf([stored]) })
  return { undo: deed.deed, ids: [id] }
}

/** Takes a deed back as if it had not been: for ten minutes, by whoever did it, unless somebody has decided since. */
export async function undo(ctx: Ctx, token: string) {
  await oneWriter(ctx.db)
  const touched = await deedOf(ctx.db, token)
  const [first] = touched
  if (!first) return missing('decision')
  const given = touched.filter(({ deed }) => deed === token)
  const by = first.deed === token ? first.owner_id : first.revoked_by
  const at = first.deed === token ? first.decided_at : first.revoked_at
  if (by !== ctx.actor.accountId) throw new AppError('forbidden', 'Only who decided may undo it. Decide anew instead.')
  if (!at || at < undoableSince())
    throw new AppError('conflict', 'The ten minutes for undoing it are over. Revoke it instead.')
  const versions = await versionsOf(ctx.db, touched)
  const newest = new Map<string, number>()
  for (const one of touched) newest.set(keyOf(one), Math.max(one.version, newest.get(keyOf(one)) ?? 0))
  const overtaken = given.some(({ revoked_at }) => revoked_at !== null)
  if (overtaken || [...newest].some(([key, version]) => versions.get(key) !== version))
    throw clash(touched as StoredVerdict[])
  const ids = given.map(({ id }) => id)
  if (ids.length > 0) await endVerdicts(ctx.db, ids, { ...deedOfActor(ctx), how: 'undone' })
  const restored = await restoreVerdicts(ctx.db, token)
  await record(ctx, 'verdict.undone', { type: 'verdict', id: first.id }, valuesOf(touched))
  return { ended: ids.length, restored: restored.length }
}

/** Decisions of a page, with what became of each. */
export async function listVerdicts(ctx: Ctx, input: z.output<typeof VerdictList>) {
  const page = await verdictPage(ctx, input)
  return { ...page, rows: await named(ctx, page.rows) }
}

/** What stands, by id, for the REST bridge. A value may come in any of its forms. */
export async function sliceOfVerdicts(ctx: Ctx, { type, value, ...slice }: z.output<typeof VerdictSlice>) {
  const meant = type && value ? canonical({ type, value }) : { type, value }
  return (await standingSlice(ctx.db, { ...slice, ...meant })).map(told)
}

/** What stands on these values, by itself or by their shape. */
export const verdictsOf = async (ctx: Ctx, observables: Named) =>
  (await standingFor(ctx.db, observables.map(canonical))).map(told)

/** All that was ever decided about a value, the latest first, and which change of it this is. */
export async function historyOf(ctx: Ctx, observable: Observable) {
  const one = canonical(observable)
  const found = await historyFor(ctx.db, one)
  return {
    verdicts: await named(ctx, found),
    version: Math.max(0, ...found.filter(({ value }) => value === one.value).map(({ version }) => version)),
  }
}

/** How often this tenant's verdicts have changed. */
export const revisionOf = async (ctx: Ctx) => ({ revision: await tallyOf(ctx, 'verdict') })

const told = ({ owner_id: _id, ...stored }: StoredVerdict) => ({
  ...stored,
  state:
    stored.revoked_at !== null
      ? ('ended' as const)
      : stored.expires_at && stored.expires_at <= now()
        ? ('expired' as const)
        : ('standing' as const),
})

/** The same, a host by its name. */
async function named({ db }: Ctx, found: StoredVerdict[]) {
  const ids = [...new Set(found.filter(({ scope }) => scope === 'host').map(({ scope_value }) => Number(scope_value)))]
  const hosts =
    ids.length === 0 ? [] : await db.selectFrom('host').select(['id', 'hostname']).where('id', 'in', ids).execute()
  const names = new Map(hosts.map(({ id, hostname }) => [String(id), hostname]))
  return found.map((one) => ({
    ...told(one),
    scope_name: one.scope === 'host' ? (names.get(one.scope_value) ?? 'unknown') : one.scope_value,
  }))
}

const keyOf = ({ type, value }: Pick<Shaped, 'type' | 'value'>) => `${type} ${value}`
const deedOfActor = ({ actor }: Ctx) => ({
  deed: newUndoToken(),
  by: { id: actor.accountId, name: actor.name },
})
const valuesOf = (of: Pick<Shaped, 'type' | 'value'>[]) => ({
  values: of.slice(0, LISTED).map(({ type, value }) => `${type} ${value.slice(0, 200)}`),
  count: of.length,
})

const KEYED = /^sha256:[0-9a-f]{64}$/

function canonical({ type, value }: Observable): Shaped & { type: Observable['type'] } {
  if (KEYED.test(value)) return { type, value, shape: '' } // a long value goes by its hash
  const found = observableOf(type, value)
  const flaw = `“${value.slice(0, 80)}” is no ${type}.`
  if (!found) throw new AppError('invalid', flaw, { observables: flaw })
  return { type, ...found }
}

function shaped(type: string, value: string, shape: string): string {
  const flaw = `A ${type} has no shape: ${value.slice(0, 80)}`
  if (shape === '') throw new AppError('invalid', flaw, { scope: 'This value has no shape. Choose another scope.' })
  return shape
}

/** Each value once; each shape once where it is the shape that is decided about. */
function distinct<One extends Shaped>(named: One[], byShape: boolean): One[] {
  const found = new Map<string, One>()
  for (const one of named) {
    const key = byShape && one.shape ? `${one.type} ${one.shape}` : keyOf(one)
    if (!found.has(key)) found.set(key, one)
  }
  return [...found.values()]
}

/** The value's versions. Throws `conflict` where one is not what the person has seen. */
async function unchanged({ db }: Ctx, named: (Shaped & { seen?: number | undefined })[]) {
  const versions = await versionsOf(db, named)
  const changed = named.filter((one) => one.seen !== undefined && one.seen !== (versions.get(keyOf(one)) ?? 0))
  if (changed.length > 0) throw clash(await standingFor(db, changed))
  return versions
}

function clash(stored: StoredVerdict[]): AppError {
  const [last] = stored.toReversed()
  const says = last
    ? `${last.owner_name} has decided since: ${last.verdict}${last.revoked_at ? `, ${last.ended_how}` : ''}.`
    : 'Somebody has revoked what stood there.'
  const both = JSON.stringify(stored.slice(0, LISTED).map(told))
  return new AppError('conflict', `${says} Yours was not saved; look at both and decide again.`, { stored: both })
}

async function scopeValueOf({ db }: Ctx, { scope, scopeValue }: NewVerdict): Promise<string> {
  const flaw = (says: string) => new AppError('invalid', says, { scopeValue: says })
  if (scope === 'all' || scope === 'shape') return ''
  if (scopeValue === '') throw flaw(`Say which ${scope === 'parent' ? 'parent process' : scope}.`)
  if (scope === 'host') {
    const id = /^\d{1,15}$/.test(scopeValue) ? Number(scopeValue) : 0
    const [survivor] = await hostIdsOf(db, id)
    return String(survivor ?? missing('host'))
  }
  if (scope === 'parent') return observableOf('process', scopeValue)?.value ?? missing('process')
  const bearer = db.selectFrom('host_label').select('label').where('label', '=', scopeValue)
  if (!(await bearer.where('removed_at', 'is', null).limit(1).executeTakeFirst()))
    throw flaw('No host bears this label.')
  return scopeValue
}
