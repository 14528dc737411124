import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { expect, test } from 'vitest'

// Ten times what is held back, and an exit: each used to end or to stop the process.
const TALKS = `
  const { log } = await import('#server/platform/log.ts')
  for (let n = 0; n < 1_000; n += 1) log.info({ pad: 'x'.repeat(10_000) }, 'said')
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.stderr.write('still there')
  process.exit(7)`

test.skipIf(process.platform !== 'linux')(
  'a process whose log finds no room on the disk goes on, and ends',
  async () => {
    const full = openSync('/dev/full', 'w')
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', TALKS], {
      stdio: ['ignore', full, 'pipe'],
      timeout: 20_000,
    })
    closeSync(full)
    let said = ''
    child.stderr!.on('data', (part) => (said += part))
    const code = await new Promise((resolve) => child.once('close', resolve))
    expect([code, said]).toEqual([7, 'still there'])
  },
)
