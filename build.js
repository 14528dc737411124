import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const STAMP = 'build/stamp'
const SOURCES = ['app', 'db', 'server', 'public', 'package-lock.json', 'remix.config.js', 'vite.config.ts', 'build.js']
// Each becomes build/server/<name>.js; packages stay outside.
const ENTRIES = {
  index: 'server/index.ts',
  web: 'server/web.ts',
  worker: 'server/worker.ts',
  'clickhouse-child': 'db/embedded/clickhouse-child.ts',
  cli: 'db/cli.ts',
  demo: 'server/demo/cli.ts',
}

/** Whether build/ holds today's sources. */
export const isCurrent = () => existsSync(STAMP) && readFileSync(STAMP, 'utf8') === newestChange()

/** Bundles the server's processes and the pages into build/. */
async function build() {
  const newest = newestChange()
  process.env.NODE_ENV = 'production'
  rmSync('build', { recursive: true, force: true })
  const esbuild = await import('esbuild')
  const vite = await import('vite')
  await esbuild.build({
    entryPoints: Object.entries(ENTRIES)
      .filter(([, file]) => existsSync(file))
      .map(([out, file]) => ({ in: file, out })),
    outdir: 'build/server',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
  })
  await vite.build({ logLevel: 'warn' })
  await vite.build({ logLevel: 'warn', build: { ssr: true } })
  writeFileSync(STAMP, newest)
}

const newestChange = () => String(Math.max(...SOURCES.map(lastChange)))

function lastChange(path) {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 0
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => lastChange(join(path, name))))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build().catch((error) => {
    console.error(`The build failed: ${error.message}`)
    process.exit(1)
  })
}
