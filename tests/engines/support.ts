import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** A folder of the test's own, gone when it ends. */
export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

type Started = { parent: ChildProcess; url: string; pid: number; failed?: string }

/** Starts an engine under a parent process that the test may kill. */
export async function startUnderParent(engine: 'postgres' | 'clickhouse', folder: string): Promise<Started> {
  const script = fileURLToPath(new URL('./run-engine.ts', import.meta.url))
  const parent = spawn(process.execPath, ['--import', 'tsx', script, engine, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => void parent.kill('SIGKILL'))
  const line = await new Promise<string>((resolve) => parent.stdout!.setEncoding('utf8').once('data', resolve))
  return { parent, ...(JSON.parse(line) as { url: string; pid: number }) }
}

/** Ends a process without warning and waits until it is gone. */
export function killNow(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
