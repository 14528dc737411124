import { afterAll, expect, test } from 'vitest'
import { ask, tokenOf } from '../rest/client.ts'
import { connect } from '../support/second-database.ts'
import { installation, jsonLines, newTenant } from '../support/world.ts'

const superuser = await connect(installation.adminUrl)
afterAll(() => superuser.end())

test('pages, doors and loads are all connected as roles that row security binds and that own no table', async () => {
  const tenant = await newTenant()
  await tenant.deliver(jsonLines([{ n: 1 }]), { artifact: 'Test.Roles', hostname: 'ws-1' })
  // A pool lets go of what it does not need: the web process has just been asked for something.
  expect((await ask('GET /hosts', { token: await tokenOf(tenant, 'viewer') })).status).toBe(200)
  const { rows } = await superuser.query<{ part: string; role: string; free: boolean; owns: boolean }>(`
    select distinct a.application_name as part, a.usename as role, r.rolsuper or r.rolbypassrls as free,
      exists (select from pg_class c where c.relowner = r.oid and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace) as owns
    from pg_stat_activity a join pg_roles r on r.oid = a.usesysid
    where a.datname = current_database() and a.application_name like 'velocicompanion%'`)
  expect(rows.map(({ part }) => part)).toEqual(
    expect.arrayContaining(['velocicompanion-web', 'velocicompanion-worker', 'velocicompanion-jobs']),
  )
  expect(rows.filter(({ free, owns }) => free || owns)).toEqual([])
})
