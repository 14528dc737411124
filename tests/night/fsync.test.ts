import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { restClient } from '../bench/rest-client.ts'
import { partsOf } from '../support/children.ts'
import { startWholeProduct } from '../support/whole-product.ts'

/** Why strace cannot make system calls of another process fail here; null when it can. */
function whyNot(): string | null {
  try {
    execFileSync('strace', ['-f', '-e', 'inject=fsync:error=EIO', 'true'], { stdio: 'ignore' })
    return null
  } catch (error) {
    return `strace does not work here: ${(error as Error).message.split('\n')[0]}`
  }
}

/** Lets each of these calls of a process fail, on `path` only or everywhere, until told to stop. */
async function failing(pid: number, calls: string, path?: string): Promise<() => Promise<void>> {
  const only = path ? ['-P', path] : []
  const child: ChildProcess = spawn(
    'strace',
    ['-f', '-qq', '-p', String(pid), ...only, '-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`],
    {
      stdio: 'ignore',
    },
  )
  await sleep(1_500) // it attaches to one thread after the other
  return async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGINT')
    await gone
  }
}

const missing = whyNot()
if (missing) process.stderr.write(`SKIPPED: a disk that cannot sync. ${missing}\n`)

test.skipIf(missing)(
  'a delivery whose file or folder could not be synced is not acknowledged, and nothing of it stays',
  {
    timeout: 120_000,
  },
  async () => {
    const { child, url, dataDir, stop } = await startWholeProduct()
    const client = await restClient(url)
    const spool = join(dataDir, 'spool')
    const upload = async (n: number) => {
      const answer = await fetch(`${url}/api/ingestion/batches?artifact=Sync&hostname=h`, {
        method: 'POST',
        headers: { ...client.headers, 'content-type': 'application/x-ndjson' },
        body: `{"n":${n}}\n`,
      })
      return { status: answer.status, body: (await answer.json()) as { id?: number } }
    }
    const good = await upload(0)
    expect(good.status).toBe(201)

    const seen: number[] = []
    for (const path of [undefined, spool]) {
      const stopFailing = await failing(partsOf(child.pid!).web!, 'fsync,fdatasync', path)
      seen.push((await upload(1)).status, (await upload(2)).status)
      await stopFailing()
      expect(readdirSync(spool)).toEqual([])
    }
    expect(seen).toEqual([503, 503, 503, 503])

    const again = await upload(1)
    expect(again.status).toBe(201)
    expect(await client.batch(again.body.id!)).toMatchObject({ state: 'done', stored: 1 })
    expect(again.body.id).toBe(good.body.id! + 1) // no ledger line was written for what was refused
    await stop()
  },
)
