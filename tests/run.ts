import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '#db/root.ts'
import { findOrInstallChromium } from './e2e/chromium.ts'

/** `npm test`: everything, in order, to the end even when something fails. The last line holds the counts. */
type Result = { step: string; passed: number; failed: number; seconds: number }
type Report = { testResults: { name: string; status: string; assertionResults: { status: string }[] }[] }

const STEP_MS = 30 * 60_000
const scratch = mkdtempSync(join(tmpdir(), 'velocicompanion-run-'))
const bin = (path: string) => join(projectRoot, 'node_modules', path)

async function main() {
  const results = [
    await step('Types', () => command([bin('typescript/bin/tsc'), '--noEmit'])),
    await step('Format and lint', () => command([bin('@biomejs/biome/bin/biome'), 'check', '.'])),
    await step('Build', () => command(['build.js'])),
    await step('A browser', browser),
    await step('Tests without the product', () => vitest('fast')),
    await step('Tests of the engines', () => vitest('engines')),
    await step('Tests of the running product', () => vitest('product')),
  ]
  rmSync(scratch, { recursive: true, force: true })
  say('')
  for (const { step, passed, failed, seconds } of results)
    say(`${failed ? 'FAILED' : 'ok    '}  ${step}: ${passed} passed, ${failed} failed (${seconds} s)`)
  const total = (key: 'passed' | 'failed') => results.reduce((sum, result) => sum + result[key], 0)
  say('')
  say(`${total('passed')} passed, ${total('failed')} failed`)
  process.exitCode = total('failed') > 0 ? 1 : 0
}

type Counts = Pick<Result, 'passed' | 'failed'>

async function step(name: string, work: () => Promise<Counts>): Promise<Result> {
  say(`\n=== ${name}`)
  const started = Date.now()
  const counts = await work()
  return { step: name, ...counts, seconds: Math.round((Date.now() - started) / 1000) }
}

const one = (ok: boolean): Counts => ({ passed: ok ? 1 : 0, failed: ok ? 0 : 1 })
const command = async (args: string[]) => one((await node(args)) === 0)

async function browser(): Promise<Counts> {
  const path = findOrInstallChromium()
  say(
    path ? `The end-to-end tests use ${path}` : 'No Chromium was found and none could be installed: set CHROMIUM_PATH.',
  )
  if (path) process.env.CHROMIUM_PATH = path
  return one(path !== undefined)
}

/** One project of vitest.config.ts. A file that does not load, an error outside a test, and no test at all count as failures. */
async function vitest(project: string): Promise<Counts> {
  const file = join(scratch, `${project}.json`)
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const code = await node([bin('vitest/vitest.mjs'), 'run', '--project', project, ...reporters])
  const { passed, failed } = countsIn(file)
  return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed }
}

function countsIn(file: string): Counts {
  try {
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
    const unloaded = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
    )
    const count = (status: string) => tests.filter((test) => test.status === status).length
    return { passed: count('passed'), failed: count('failed') + unloaded.length }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

/** Runs a program of Node's with its output where ours goes; resolves to its exit code, null when it was cut short. */
function node(args: string[]): Promise<number | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'] })
    const cut = setTimeout(() => {
      say(`Cut after ${STEP_MS / 60_000} minutes.`)
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 20_000).unref()
    }, STEP_MS)
    child.once('close', (code) => {
      clearTimeout(cut)
      resolve(code)
    })
  })
}

function say(text: string) {
  process.stdout.write(`${text}\n`)
}

await main()
