import type { z } from 'zod'
import {
  artifactNames,
  type Maps,
  type ObservableType,
  observableOf,
  sampledPaths,
} from '#server/modules/columns/service.ts'
import { mergedHosts } from '#server/modules/hosts/service.ts'
import { type Condition, mapsFor, type Understood, understand } from '#server/modules/language/service.ts'
import { namesOf } from '#server/modules/telemetry/queries.ts'
import { type Decision, decidedOf, type Verdict, verdictOn } from '#server/modules/verdicts/service.ts'
import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { KNOWN } from './catalogue/known.ts'
import { deliveriesUpTo, hostsAsked, labelsInUse, lastRun, putRun } from './queries.ts'
import { hostsBehind, type Line, linePage } from './rows.ts'
import { type HostsOf, readCursor, type Stacked, type StackQuery, type StackRun, writtenCursor } from './schema.ts'
import { columnsOf } from './sql/columns.ts'
import type { StackColumn, Work } from './sql/stack.ts'

/** Names under which pages show hosts of a line; more are counted only. */
const SHOWN_HOSTS = 200

/**
 * A page of a stack: its lines with hosts, rows, times and variants, how many values there are by number of hosts, and what
 * is known of earlier runs. Throws `invalid` for a query or a column that is none.
 */
export async function stack(ctx: DetachedCtx, query: StackQuery) {
  const started = performance.now()
  const { said, condition } = await narrowing(ctx, query)
  const { columns, listed } = await columnsFor(ctx, query)
  const at = decidingOf(columns, query.decides)
  const type = at === null ? null : columns[at]!.type
  const records = await ctx.transact('read only', async ({ db }) => ({
    merged: await mergedHosts(db),
    run: (await lastRun(db, query)) ?? null,
    asked: await hostsAsked(db, query),
    labels: await labelsInUse(db),
    decisions: type === null ? [] : await decidedOf(db, [type]),
    ...(await deliveriesUpTo(db)),
  }))
  const { merged, run, asked, labels, decisions, upTo, seenAt } = records
  const work: Work = {
    columns,
    artifact: query.artifact,
    condition,
    merged,
    shape: query.shape,
    decided: at !== null && decisions.length > 0 ? { at, decisions } : null,
    known: knownOf(query, run),
  }
  const { limit, by, hide } = query
  const cursor = query.cursor ? (readCursor(query.cursor) ?? refuseCursor()) : null
  const { lines, levels } = await linePage(ctx.rows, work, { limit: limit + 1, by, hide: hide === 'decided', cursor })
  const page = lines.slice(0, limit)
  const last = page.at(-1)
  return {
    lines: (await named(ctx, page)).map((line) => ({ ...line, ...decidedAs(line, { at, type, decisions }) })),
    decides: at === null ? null : columns[at]!.name,
    columns: columns.map(({ sources, ...column }) => ({ ...column, path: sources[0]!.paths[0]! })),
    known: listed,
    levels,
    asked,
    labels,
    said,
    run,
    upTo,
    seenAt,
    next: last && lines.length > limit ? writtenCursor(last.at) : null,
    took_ms: Math.round(performance.now() - started),
  }
}

// What says most about a line comes first.
const TELLING: ObservableType[] = ['hash', 'command', 'path', 'url', 'domain', 'ip', 'process', 'user', 'rule', 'host']

/** The column whose values are decided about: the one asked for, else the one that says most; null where none is typed. */
function decidingOf(columns: StackColumn[], asked: string | undefined): number | null {
  const typed = columns.flatMap(({ name, type }, at) => (type ? [{ name, type, at }] : []))
  const ranked = typed.sort((a, b) => TELLING.indexOf(a.type) - TELLING.indexOf(b.type))
  return (ranked.find(({ name }) => name === asked) ?? ranked[0])?.at ?? null
}

type Deciding = { at: number | null; type: ObservableType | null; decisions: Decision[] }
type Decided = { observable: { type: string; value: string; shape: string } | null; verdict: Verdict | null }

/** What a line is decided about, and what stands; a folded line is known by one of its spellings. */
function decidedAs(
  { values, spellings, cut }: Pick<Line, 'values' | 'spellings' | 'cut'>,
  deciding: Deciding,
): Decided {
  const { at, type, decisions } = deciding
  if (at === null || type === null || cut) return { observable: null, verdict: null }
  const found = observableOf(type, (spellings[0] ?? values)[at] ?? '')
  if (!found) return { observable: null, verdict: null }
  const observable = { type, ...found }
  return { observable, verdict: verdictOn(decisions, observable, null) }
}

/** What the query and the label ask of rows. The query by itself first, so that a mistake is told at its own place. */
async function narrowing(
  ctx: DetachedCtx,
  { q, label, artifact }: Pick<StackQuery, 'q' | 'label' | 'artifact'>,
): Promise<Understood> {
  const plain = await understand(ctx, q, artifact)
  if (!label) return plain
  const { condition } = await understand(ctx, withLabel(q, label), artifact)
  return { ...plain, condition: condition as Condition }
}

const withLabel = (q: string | undefined, label: string) => {
  const term = `host.label:"${label.replace(/"/g, '""')}"`
  return q ? `(${q}) AND ${term}` : term
}

async function columnsFor(ctx: DetachedCtx, { artifact, columns }: StackQuery) {
  const artifacts = artifact ? [artifact] : await artifactNames(ctx.rows)
  const [maps, paths] = await Promise.all([mapsFor(ctx, artifacts), artifact ? sampledPaths(ctx.rows, [artifact]) : []])
  const listed = paths.map(({ path }) => path)
  return {
    columns: columns.map((name) => columnsOf(name, { artifact, maps, listed })),
    listed: withTypes(listed, maps),
  }
}

const withTypes = (paths: string[], maps: Maps) => {
  const types = new Map(
    [...maps.values()].flatMap(({ columns }) => columns.map(({ path, role }) => [path, role] as const)),
  )
  return paths.map((path) => ({ path, role: types.get(path) ?? null }))
}

type Run = Awaited<ReturnType<typeof lastRun>>

function knownOf({ since }: StackQuery, run: Run | null): Work['known'] {
  if (since === undefined) return null
  if (since !== 'last') return { before: since }
  return run ? { upTo: run.up_to, without: (run.without as string[]).map(Number) } : null
}

const refuseCursor = (): never => {
  throw new AppError('invalid', 'That page link is not valid. Start again from the first page.')
}

async function named(ctx: DetachedCtx, lines: Line[]) {
  const shown = lines.map(({ host_ids, ...line }) => ({ ...line, host_ids: host_ids.slice(0, SHOWN_HOSTS) }))
  const ids = [...new Set(shown.flatMap(({ host_ids }) => host_ids))]
  const names = ids.length > 0 ? await ctx.transact('read only', ({ db }) => namesOf(db, ids)) : new Map()
  return shown.map(({ host_ids, ...line }) => ({
    ...line,
    on: host_ids.map((id) => ({ id, hostname: (names.get(id)?.hostname as string | undefined) ?? 'unknown' })),
  }))
}

/** The hosts behind a query, each with its rows and times, most rows first; `truncated` counts those left out. */
export async function hostsOf(ctx: DetachedCtx, { artifact, q }: z.output<typeof HostsOf>) {
  const { condition, said } = await understand(ctx, q, artifact)
  const merged = await ctx.transact('read only', ({ db }) => mergedHosts(db))
  const { hosts, total } = await hostsBehind(ctx.rows, { artifact, condition, merged })
  const ids = hosts.map(({ host_id }) => host_id)
  const names = ids.length > 0 ? await ctx.transact('read only', ({ db }) => namesOf(db, ids)) : new Map()
  return {
    hosts: hosts.map(({ host_id, ...host }) => ({
      ...host,
      id: host_id,
      hostname: names.get(host_id)?.hostname ?? 'unknown',
    })),
    said,
    total,
    truncated: total - hosts.length,
  }
}

/** The well-known stacks, each with the artifact this tenant has rows of, if any, and all its artifacts. */
export async function knownStacks(ctx: DetachedCtx) {
  const artifacts = await artifactNames(ctx.rows)
  const plain = new Map(artifacts.map((name) => [name.replace(/^Custom\./, ''), name]))
  const stacks = KNOWN.map(({ artifacts: wanted, ...known }) => {
    const found = wanted.map((name) => plain.get(name)).find((name) => name !== undefined)
    return { ...known, artifact: found ?? null, wanted: wanted[0]! }
  })
  return { stacks, artifacts }
}

/** Remembers that a stack was looked through: what comes later is new. */
export async function rememberRun(ctx: Ctx, { upTo, seenAt, ...stacked }: z.output<typeof StackRun>) {
  const { actor } = ctx
  const by = { id: actor.accountId, name: actor.name }
  const run = await putRun(ctx.db, { stacked: stacked as Stacked, upTo, seenAt, by })
  await record(ctx, 'stack.remembered', { type: 'stack_run', id: run.id }, {
    artifact: stacked.artifact ?? null,
    columns: stacked.columns,
  }) // biome-ignore format: one record
  return run
}
