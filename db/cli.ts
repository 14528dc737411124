import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generate } from './codegen.ts'
import { startClickhouse } from './embedded/clickhouse.ts'
import { secretIn } from './embedded/folder.ts'
import { startPostgres } from './embedded/postgres.ts'
import { migrateTelemetry } from './migrate-telemetry.ts'
import { ensureDatabase, openAsOwner, prepareDatabase } from './prepare.ts'
import { projectRoot } from './root.ts'

const dataDir = process.env.DATA_DIR || join(projectRoot, '.data')
const log = { info: () => {}, warn: say, error: say }

/** `migrate`: both schemas to today's, and db/types.ts from the result. `reset`: the embedded data thrown away first. */
async function main(command: string | undefined) {
  if (command === 'reset') await reset()
  else if (command !== 'migrate') throw new Error('Usage: cli migrate | reset')
  const records = process.env.DATABASE_URL ? null : await startPostgres({ dataDir: join(dataDir, 'postgres'), log })
  const rows = process.env.CLICKHOUSE_URL ? null : await startClickhouse({ dataDir: join(dataDir, 'clickhouse'), log })
  try {
    const url = process.env.DATABASE_URL ?? (await ensureDatabase(records!.adminUrl, 'velocicompanion'))
    const urls = await prepareDatabase(url, process.env.SECRET_KEY ?? secretIn(join(dataDir, 'secret-key')))
    await migrateTelemetry(process.env.CLICKHOUSE_URL ?? rows!.url)
    const owner = openAsOwner(urls.owner)
    await writeFile(join(projectRoot, 'db/types.ts'), await generate(owner))
    await owner.destroy()
    process.stdout.write('Both schemas are up to date; db/types.ts is written.\n')
  } finally {
    await rows?.stop()
    await records?.stop()
  }
}

async function reset() {
  if (process.env.DATABASE_URL || process.env.CLICKHOUSE_URL) throw new Error('reset is for the embedded engines only.')
  for (const part of ['postgres', 'clickhouse', 'spool'])
    await rm(join(dataDir, part), { recursive: true, force: true })
}

function say(_fields: object, message: string) {
  process.stderr.write(`${message}\n`)
}

main(process.argv[2]).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  },
)
