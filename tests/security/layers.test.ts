import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type MemberRole, TENANT_TABLES } from '#db/types.ts'
import { createCaller } from '#server/router.ts'
import { type Door, ID_FIELDS, isObjectProcedure, PROCEDURES, type Run, runMatrix } from '../support/matrix.ts'
import { type Planted, plant } from '../support/planted.ts'
import { type SecondDatabase, secondDatabase } from '../support/second-database.ts'

// Which walls stand. The ones around records: PostgreSQL's row security, and the predicate added to each query. The ones
// around rows: the engine's filter on every table, and the predicate in each statement.
const walls = vi.hoisted(() => ({ engine: true, statement: true }))

vi.mock('#server/platform/tenant-scope.ts', async (original) => {
  const real = await original<typeof import('#server/platform/tenant-scope.ts')>()
  const open = {
    transformQuery: ({ node }: { node: unknown }) => node,
    transformResult: async ({ result }: { result: unknown }) => result,
  }
  return { tenantScope: (tenantId: number) => (walls.statement ? real.tenantScope(tenantId) : open) }
})

let second: SecondDatabase
beforeAll(async () => {
  second = await secondDatabase()
  openableEngine(second)
})
afterAll(() => second.close())

/** Lets the test take either wall around rows away, between the server and the engine. */
function openableEngine({ base }: SecondDatabase) {
  const { client } = base.telemetry
  const ask = client.query.bind(client)
  client.query = ((asked: { query: string; clickhouse_settings?: Record<string, unknown> }) => {
    const { additional_table_filters: filters, ...settings } = asked.clickhouse_settings ?? {}
    const query = walls.statement ? asked.query : asked.query.replaceAll('tenant_id = {tenant:UInt64}', '1 = 1')
    return ask({
      ...asked,
      query,
      clickhouse_settings: walls.engine ? { ...settings, additional_table_filters: filters } : settings,
    } as never)
  }) as typeof client.query
}

const door =
  (own: Planted): Door =>
  async (role, { name }, input) => {
    const [module, verb] = name.split('.') as [string, string]
    const api = createCaller({ ...second.base, actor: own.actor(role), requestId: 'layers', ip: '127.0.0.1' })
    const call = (api as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[module]![
      verb
    ]!
    return call(input).then(
      (result) => ({ ok: true, text: JSON.stringify(result) ?? '' }),
      ({ code, message }: { code: string; message: string }) => ({ ok: false, text: `${code} ${message}` }),
    )
  }

// Who may least and who may most: the roles between them are the business of the test over HTTP.
const EXTREMES: MemberRole[] = ['viewer', 'admin']

async function matrix({ engine, statement }: typeof walls, roles = EXTREMES): Promise<Run> {
  Object.assign(walls, { engine: true, statement: true })
  const [own, ...others] = [await plant(second.base), await plant(second.base), await plant(second.base)] as const
  Object.assign(walls, { engine, statement })
  for (const table of [...TENANT_TABLES, 'tenant', 'account'])
    await second.superuser.query(`alter table ${table} ${engine ? 'enable' : 'disable'} row level security`)
  return runMatrix(door(own), own, others, second.superuser, roles)
}

test('with every wall standing nothing leaks, and everything works on own objects', async () => {
  const { leaks, broken, calls } = await matrix({ engine: true, statement: true })
  expect(leaks).toEqual([])
  expect(broken).toEqual([])
  expect(calls).toBeGreaterThan(300)
})

test('without row security and without the engine’s filter, the predicates of the code alone keep tenants apart', async () => {
  expect(await matrix({ engine: false, statement: true })).toMatchObject({ leaks: [], broken: [] })
})

test('without the predicates of the code, row security and the engine’s filter alone keep tenants apart', async () => {
  expect(await matrix({ engine: true, statement: false })).toMatchObject({ leaks: [], broken: [] })
})

test('with both walls gone this suite sees the leak in at least 94 % of the procedures that name an object', async () => {
  const { leaks } = await matrix({ engine: false, statement: false }, ['admin'])
  const seen = new Set(leaks.map(({ name }) => name))
  // A person's own sessions and tenants are found by the person, never by a tenant's transaction.
  const BY_PERSON = ['session', 'tenant', 'link']
  const kinds = (name: string) =>
    Object.entries(ID_FIELDS)
      .filter(([field]) => field.startsWith(`${name}.`))
      .map(([, kind]) => kind)
  const objects = PROCEDURES.filter(
    ({ name }) => isObjectProcedure(name) && kinds(name).some((kind) => kind !== 'text' && !BY_PERSON.includes(kind)),
  ).map(({ name }) => name)
  const blind = objects.filter((name) => !seen.has(name))
  expect(objects.length).toBeGreaterThan(10)
  expect({ blind, share: blind.length / objects.length <= 0.06 }).toEqual({ blind: expect.any(Array), share: true })
})
