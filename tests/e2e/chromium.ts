import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { projectRoot } from '#db/root.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
// Playwright's own download goes where nothing else is kept.
const OWN = join(tmpdir(), `velocicompanion-browsers-${process.getuid?.() ?? 0}`)

/** A Chromium that runs: CHROMIUM_PATH, else the system's, else one that Playwright brought. Undefined when there is none. */
export function findChromium(): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env
  if (CHROMIUM_PATH) return CHROMIUM_PATH
  const onPath = NAMES.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)))
  return [...onPath, MAC, broughtBy({}), broughtBy({ PLAYWRIGHT_BROWSERS_PATH: OWN })].find(runs)
}

/** The same, and installs one when there is none: Debian's as root, else Playwright's own into the temporary folder. */
export function findOrInstallChromium(): string | undefined {
  const found = findChromium()
  if (found) return found
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    run('apt-get', ['update', '-q'])
    run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      DEBIAN_FRONTEND: 'noninteractive',
    })
  }
  return findChromium() ?? installOwn()
}

function installOwn(): string | undefined {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright')), 'cli.js')
  run(process.execPath, [cli, 'install', 'chromium'], { PLAYWRIGHT_BROWSERS_PATH: OWN })
  return findChromium()
}

// A name on the PATH may be a stub that only says how to install the real one.
function runs(path: string): boolean {
  return path !== '' && existsSync(path) && spawnSync(path, ['--version'], { timeout: 20_000 }).status === 0
}

function broughtBy(env: Record<string, string>): string {
  const print = "process.stdout.write(require('playwright').chromium.executablePath())"
  const options = { cwd: projectRoot, env: { ...process.env, ...env }, encoding: 'utf8' } as const
  return spawnSync(process.execPath, ['-e', print], options).stdout ?? ''
}

function run(program: string, args: string[], env: Record<string, string> = {}) {
  spawnSync(program, args, { stdio: 'inherit', env: { ...process.env, ...env }, timeout: 600_000 })
}
