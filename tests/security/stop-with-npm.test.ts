import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'
import { projectRoot } from '#db/root.ts'
import { alive, partsOf } from '../support/children.ts'

test.each([
  ['the shell alone, as npm does', false],
  ['the shell and the product, as who stops a group does', true],
])('started by npm, a signal to %s ends everything, engines included', async (_name, both) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'velocicompanion-npm-'))
  const shell = spawn('sh', ['-c', 'node start.js; true'], {
    cwd: projectRoot,
    env: {
      ...process.env,
      NODE_ENV: 'production',
      PORT: '0',
      DATA_DIR: dataDir,
      npm_lifecycle_script: 'node start.js',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface(shell.stdout)) if (line.includes('is ready at')) break
  const root = Number(execFileSync('ps', ['--ppid', String(shell.pid), '-o', 'pid='], { encoding: 'utf8' }))
  const all = [root, ...Object.values(partsOf(root))]
  expect(all).toHaveLength(5)

  const gone = once(shell, 'exit')
  if (both) process.kill(root, 'SIGTERM')
  shell.kill('SIGTERM')
  await gone
  await expect.poll(() => all.filter(alive), { timeout: 20_000 }).toEqual([])
  rmSync(dataDir, { recursive: true, force: true })
})
