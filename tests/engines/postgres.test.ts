import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type PostgresOptions, startPostgres } from '#db/embedded/postgres.ts'
import { alive } from '../support/children.ts'
import { leastOf, msOf } from '../support/least.ts'
import { killNow, newFolder, quiet, startUnderParent } from './support.ts'

async function started(options: Partial<PostgresOptions> & { dataDir: string }) {
  const server = await startPostgres({ log: quiet, ...options })
  onTestFinished(() => server.stop())
  return server
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end().catch(() => {})
  }
}

describe('embedded PostgreSQL', () => {
  test('it is PostgreSQL 18, durable, checksummed, UTF-8, and asks for the password', async () => {
    const dataDir = join(newFolder(), 'postgres')
    const { adminUrl } = await started({ dataDir })
    const [settings] = await ask(
      adminUrl,
      `select current_setting('server_version_num')::int / 10000 as major, current_setting('fsync') as fsync,
        current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
        current_setting('listen_addresses') as listens, upper('éß') as upper`,
    )
    const expected = { major: 18, fsync: 'on', checksums: 'on', encoding: 'UTF8', listens: '127.0.0.1' }
    expect(settings).toMatchObject(expected)
    expect(String(settings?.upper)).toMatch(/^É/)
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600)
    await expect(ask(adminUrl.replace(/:[^:@]+@/, ':wrong@'), 'select 1')).rejects.toThrow(/password/)
  })

  test('a second start keeps the data, the port and the password, and takes less than two seconds', async () => {
    const dataDir = join(newFolder(), 'postgres')
    const first = await startPostgres({ dataDir, log: quiet })
    await ask(first.adminUrl, 'create table kept as select 42 as answer')
    await first.stop()
    expect(alive(first.pid)).toBe(false)
    expect(await first.exited).toMatchObject({ code: 0 })
    let second = first
    const again = async () => {
      await second.stop()
      return msOf(async () => {
        second = await started({ dataDir })
      })
    }
    expect(await leastOf(2_000, again)).toBeLessThan(2_000)
    expect(second.adminUrl).toBe(first.adminUrl)
    expect(await ask(second.adminUrl, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test('after kill -9 under load it starts again at once with every acknowledged row', async () => {
    const dataDir = join(newFolder(), 'postgres')
    let { adminUrl, pid, exited } = await startPostgres({ dataDir, log: quiet })
    await ask(adminUrl, 'create table row (n int)')
    let acknowledged = 0
    for (let round = 0; round < 3; round++) {
      const client = new pg.Client(adminUrl)
      client.on('error', () => {})
      await client.connect()
      setTimeout(() => process.kill(pid, 'SIGKILL'), 150)
      for (;;) {
        const stored = await client.query('insert into row values ($1)', [acknowledged]).catch(() => undefined)
        if (!stored) break
        acknowledged++
      }
      expect(await exited).toMatchObject({ signal: 'SIGKILL' })
      ;({ adminUrl, pid, exited } = await started({ dataDir }))
    }
    const [count] = await ask(adminUrl, 'select count(distinct n)::int as n from row')
    expect(count?.n).toBeGreaterThanOrEqual(acknowledged)
    expect(acknowledged).toBeGreaterThan(0)
  })

  test('a server left running by a killed parent is stopped and replaced', async () => {
    const dataDir = join(newFolder(), 'postgres')
    const left = await startUnderParent('postgres', dataDir)
    await ask(left.url, 'create table kept as select 1 as one')
    await killNow(left.parent)
    const next = await started({ dataDir })
    expect(next.pid).not.toBe(left.pid)
    expect(await ask(next.adminUrl, 'select one from kept')).toEqual([{ one: 1 }])
  })

  test('a folder in use by a live process is refused', async () => {
    const dataDir = join(newFolder(), 'postgres')
    const other = await startUnderParent('postgres', dataDir)
    await expect(startPostgres({ dataDir, log: quiet })).rejects.toThrow(/Another VelociCompanion/)
    await killNow(other.parent)
    await started({ dataDir })
  })

  test('a pid file that names a stranger does not stop it', async () => {
    const dataDir = join(newFolder(), 'postgres')
    await (await startPostgres({ dataDir, log: quiet })).stop()
    writeFileSync(join(dataDir, 'cluster/postmaster.pid'), `${process.pid}\n/elsewhere\n0\n5432\n\n\n\n`)
    const { adminUrl } = await started({ dataDir })
    expect(await ask(adminUrl, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('a database of another major version, foreign files and a taken port are each refused in one line', async () => {
    const dataDir = join(newFolder(), 'postgres')
    await (await startPostgres({ dataDir, log: quiet })).stop()
    writeFileSync(join(dataDir, 'cluster/PG_VERSION'), '16\n')
    await expect(startPostgres({ dataDir, log: quiet })).rejects.toThrow(/^.*PostgreSQL 16.*restore\.$/)
    writeFileSync(join(dataDir, 'cluster/PG_VERSION'), '18\n')
    const taken = createServer()
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    )
    onTestFinished(() => void taken.close())
    await expect(startPostgres({ dataDir, port, log: quiet })).rejects.toThrow(`Port ${port} is taken`)
    const foreign = join(newFolder(), 'postgres')
    mkdirSync(join(foreign, 'cluster'), { recursive: true })
    writeFileSync(join(foreign, 'cluster/letter.txt'), 'dear diary')
    await expect(startPostgres({ dataDir: foreign, log: quiet })).rejects.toThrow(/holds files but no database/)
  })
})
