import { AppError } from '#server/platform/errors.ts'
import type { Params, TenantRows } from '#server/platform/telemetry.ts'
import { binder, textCondition } from './query/conditions.ts'
import { columnStands, isSubcolumn, pathExists, pathValues } from './query/paths.ts'
import type { Test } from './query/tree.ts'

const OWN = 'tenant_id = {tenant:UInt64}'
const VALUE_ROWS = 50_000

/** Which of these paths any row has, each answered by the first row found. */
export async function pathsPresent(rows: TenantRows, paths: string[]): Promise<Set<string>> {
  // What stands in a column of its own is seen in that column alone, for a quarter of what the full look costs.
  const plain = await firstFound(rows, paths.filter(isSubcolumn), columnStands)
  const others = paths.filter((path) => !plain.has(path))
  return new Set([...plain, ...(await firstFound(rows, others, pathExists))])
}

/** The paths for which a row passes the test. */
async function firstFound(rows: TenantRows, paths: string[], test: typeof pathExists): Promise<Set<string>> {
  if (paths.length === 0) return new Set()
  const params: Params = {}
  const bind = binder(params, 'p')
  const asked = paths.map((path, at) => `(select ${at} as at from rows where ${OWN} and (${test(path, bind)}) limit 1)`)
  const found = await rows.select<{ at: number }>(asked.join(' union all '), params)
  return new Set(found.map(({ at }) => paths[at]!))
}

/** Which of the names pass a test; case and wildcards mean what they mean for rows. */
export async function namesPassing(rows: TenantRows, names: string[], test: Test): Promise<Set<string>> {
  if (names.length === 0) return new Set()
  const params: Params = { names }
  const found = await rows.select<{ name: string }>(
    `select name from (select arrayJoin({names:Array(String)}) as name) where ${textCondition(test, 'name', binder(params, 'n'))}`,
    params,
    { maxRows: 1_000_000 },
  )
  return new Set(found.map(({ name }) => name))
}

/** Why the engine refuses a regular expression, null when it takes it. */
export async function patternFlaw(rows: TenantRows, pattern: string): Promise<string | null> {
  try {
    await rows.select(`select match('', {pattern:String})`, { pattern: `(?i)${pattern}` })
    return null
  } catch (error) {
    if (error instanceof AppError || (error as { code?: string }).code !== '427') throw error
    return (error as Error).message
  }
}

/** The commonest values of a column in the newest-stored rows of an artifact that begin with `typed`. */
export async function topValues(
  rows: TenantRows,
  { artifact, path, typed, limit }: { artifact: string; path: string; typed: string; limit: number },
): Promise<{ value: string; rows: number }[]> {
  const params: Params = { artifact, typed, limit }
  const { values } = pathValues(path, binder(params, 'v'))
  return rows.select(
    `select value, count() as rows
     from (select arrayJoin(${values}) as value from (select row, raw from rows where ${OWN} and artifact = {artifact:String} limit ${VALUE_ROWS}) as rows)
     where isNotNull(value) and value != '' and length(value) <= 200 and startsWith(lowerUTF8(value), lowerUTF8({typed:String}))
     group by value order by rows desc, value limit {limit:UInt32}`,
    params,
    { seconds: 3 },
  )
}
