import { isCarried, sampledPaths } from '#server/modules/columns/service.ts'
import { mergedHosts } from '#server/modules/hosts/service.ts'
import { mapsFor, understand } from '#server/modules/language/service.ts'
import { namesOf } from '#server/modules/telemetry/queries.ts'
import { AppError } from '#server/platform/errors.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { deliveriesOf } from './queries.ts'
import { type Compared, changePage, coverage, type Sides, uniqueness } from './rows.ts'
import { type Comparison, MOST_COMPARED, readCursor, writtenCursor } from './schema.ts'

/**
 * What differs between two sides of an artifact, over the hosts that are on both: alike changes of several hosts are one,
 * with the keys and the columns left out that were used. Throws `invalid` for sides that are none.
 */
export async function compare(ctx: DetachedCtx, asked: Comparison) {
  const started = performance.now()
  const sides = sidesOf(asked)
  const { condition, said } = await narrowing(ctx, asked)
  const [{ merged, deliveries }, columns] = await Promise.all([
    ctx.transact('read only', async ({ db }) => ({
      merged: await mergedHosts(db),
      deliveries: await deliveriesOf(db, asked.artifact),
    })),
    columnsOf(ctx, asked.artifact),
  ])
  const compared: Compared = { artifact: asked.artifact, condition, merged, sides }
  const known = (paths: string[] | undefined) =>
    paths?.length ? onlyIf(paths.filter((path) => columns.some((column) => column.path === path))) : paths
  const ignored = known(asked.ignore) ?? columns.filter(({ volatile }) => volatile).map(({ path }) => path)
  const paths = columns.map(({ path }) => path).filter((path) => !ignored.includes(path))
  const [on, keys] = await Promise.all([
    coverage(ctx.rows, compared),
    known(asked.keys)?.filter((path) => paths.includes(path)) ?? inferred(ctx, compared, columns, paths),
  ])
  const values = paths.filter((path) => !keys.includes(path))
  const cursor = asked.cursor ? (readCursor(asked.cursor) ?? refuseCursor()) : null
  const { limit, by, kind } = asked
  const page =
    on.both === 0
      ? { changes: [], totals: [] }
      : await changePage(ctx.rows, compared, { keys, values, kind, by, limit: limit + 1, cursor })
  const changes = page.changes.slice(0, limit)
  const last = changes.at(-1)
  return {
    changes: await named(ctx, changes),
    totals: page.totals,
    keys,
    values,
    ignored,
    columns,
    coverage: on,
    deliveries,
    said,
    next: last && page.changes.length > limit ? writtenCursor(last.at) : null,
    took_ms: Math.round(performance.now() - started),
  }
}

// Names of another artifact are no answer; none at all is one.
const onlyIf = (paths: string[]) => (paths.length > 0 ? paths : undefined)

function sidesOf({ before, after, from, to }: Comparison): Sides {
  if (before !== undefined || after !== undefined) {
    if (before === undefined || after === undefined || before === after)
      throw new AppError('invalid', 'Choose two deliveries.', { after: 'Must be another delivery than the first.' })
    return { deliveries: [before, after] }
  }
  if (from === undefined && to === undefined) return { last: true }
  if (from === undefined || to === undefined || from >= to)
    throw new AppError('invalid', 'Choose two moments, the earlier first.', { to: 'Must lie after the first.' })
  return { moments: [from, to] }
}

async function narrowing(ctx: DetachedCtx, { q, label, artifact }: Comparison) {
  const plain = await understand(ctx, q, artifact)
  if (!label) return plain
  const term = `host.label:"${label.replace(/"/g, '""')}"`
  return { ...plain, condition: (await understand(ctx, q ? `(${q}) AND ${term}` : term, artifact)).condition }
}

type Column = { path: string; role: string | null; volatile: boolean }

// What differs from one look at the same thing to the next.
const VOLATILE =
  /^(pid|ppid|.*process_?id|handle|workingset(size)?|rss|.*usage.*|.*uptime.*|ttl|.*counter.*|position|.*(rand|nonce).*|.*ephemeral.*|l?port|rport|laddr\.port|raddr\.port|.*_link|_?upload.*)$/i

/** The columns of an artifact, and which of them say when or how it was looked at rather than what is there. */
async function columnsOf(ctx: DetachedCtx, artifact: string): Promise<Column[]> {
  const [paths, maps] = await Promise.all([sampledPaths(ctx.rows, [artifact]), mapsFor(ctx, [artifact])])
  const roles = new Map((maps.get(artifact)?.columns ?? []).map(({ path, role }) => [path, role as string]))
  return paths
    .filter(({ path }) => !isCarried(path.split('.')[0]!))
    .slice(0, MOST_COMPARED)
    .map(({ path }) => {
      const role = roles.get(path) ?? null
      return { path, role, volatile: role === 'time' || VOLATILE.test(path) }
    })
}

// What names a thing comes before what is said of it.
const NAMING = ['path', 'process', 'user', 'domain', 'ip', 'url', 'host', 'rule', 'command']
const NAMES =
  /(^|\.)(name|entry|key|id|sid|uid|guid|title|taskname|servicename|displayname|path|ospath|location|port)$|name$|path$/i
const SMALLEST = 4

/**
 * The smallest set of columns that tells all rows of a host on one side apart: sampled, and tried in order of what names
 * things. All of them, when none does.
 */
async function inferred(ctx: DetachedCtx, compared: Compared, columns: Column[], paths: string[]): Promise<string[]> {
  const rank = ({ path, role }: Column) => {
    const named = NAMES.test(path) ? 0 : 20
    return named + (role && NAMING.includes(role) ? NAMING.indexOf(role) : 10)
  }
  const ranked = columns.filter(({ path }) => paths.includes(path)).sort((a, b) => rank(a) - rank(b))
  const likely = ranked.slice(0, 8).map(({ path }) => path)
  const tried = [
    ...combinations(likely, 1),
    ...combinations(likely, 2),
    ...combinations(likely.slice(0, 6), 3),
    ...combinations(likely.slice(0, 5), SMALLEST),
  ]
  if (tried.length === 0) return paths
  const { n, distinct } = await uniqueness(ctx.rows, compared, tried)
  // Within a hundredth: a thing that stands twice is told as gone and new, not lost.
  const found = distinct.findIndex((count) => count >= n * 0.99)
  return n === 0 || found < 0 ? paths : tried[found]!
}

function combinations(of: string[], size: number): string[][] {
  if (size === 0) return [[]]
  return of.flatMap((one, at) => combinations(of.slice(at + 1), size - 1).map((rest) => [one, ...rest]))
}

const refuseCursor = (): never => {
  throw new AppError('invalid', 'That page link is not valid. Start again from the first page.')
}

async function named<One extends { host_ids: number[] }>(ctx: DetachedCtx, changes: One[]) {
  const ids = [...new Set(changes.flatMap(({ host_ids }) => host_ids))]
  const names = ids.length > 0 ? await ctx.transact('read only', ({ db }) => namesOf(db, ids)) : new Map()
  return changes.map(({ host_ids, ...change }) => ({
    ...change,
    on: host_ids.map((id) => ({ id, hostname: (names.get(id)?.hostname as string | undefined) ?? 'unknown' })),
  }))
}
