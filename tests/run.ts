import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { projectRoot } from '#db/root.ts'
import { findOrInstallChromium } from './e2e/chromium.ts'

/** `npm test`: everything, in order, to the end even when something fails. What failed is said once more at the end, and the last line holds the counts. */
type Counts = { passed: number; failed: number; failures?: string[] }
type Result = Counts & { step: string; seconds: number }
type Assertion = { status: string; fullName: string; failureMessages: string[] }
type Report = { testResults: { name: string; status: string; message: string; assertionResults: Assertion[] }[] }

const STEP_MS = 60 * 60_000
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
  for (const failure of results.flatMap(({ failures = [] }) => failures)) say(`\n${failure}`)
  const total = (key: 'passed' | 'failed') => results.reduce((sum, result) => sum + result[key], 0)
  say('')
  say(`${total('passed')} passed, ${total('failed')} failed`)
  process.exitCode = total('failed') > 0 ? 1 : 0
}

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
  const counts = countsIn(file)
  if (counts.failed > 0 || (code === 0 && counts.passed > 0)) return counts
  return { ...counts, failed: 1, failures: [`FAILED  ${project}: no test failed, and it ended with ${code}`] }
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
    const failures = [
      ...testResults.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ fullName, failureMessages }) => told(name, fullName, failureMessages.join('\n'))),
      ),
      ...unloaded.map(({ name, message }) => told(name, 'did not load', message)),
    ]
    return { passed: count('passed'), failed: failures.length, failures }
  } catch {
    return { passed: 0, failed: 1 }
  }
}

const TOLD = 1_200
const told = (file: string, test: string, message: string) =>
  `FAILED  ${relative(projectRoot, file)} > ${test}\n${message.slice(0, TOLD).replaceAll(/^/gm, '        ')}`

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
