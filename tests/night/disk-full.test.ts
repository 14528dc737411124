import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { restClient } from '../bench/rest-client.ts'
import { startWholeProduct, type WholeProduct } from '../support/whole-product.ts'

const MB = 1024 * 1024
const DISK_MB = Number(process.env.DISK_MB ?? 1_600)

/** Why no small disk can be made here; null when one can. */
function whyNot(): string | null {
  if (process.getuid?.() !== 0) return 'only root may mount a tmpfs'
  const at = mkdtempSync(join(tmpdir(), 'velocicompanion-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', at], { stdio: 'ignore' })
    execFileSync('umount', [at])
    return null
  } catch (error) {
    return (error as Error).message.split('\n')[0]!
  } finally {
    rmSync(at, { recursive: true, force: true })
  }
}

const missing = whyNot()
if (missing) process.stderr.write(`SKIPPED: a full disk: ${missing}\n`)

let disk: string | null = null
let product: WholeProduct | null = null
afterEach(async () => {
  await product?.stop()
  if (disk) execFileSync('umount', ['-l', disk])
  if (disk) rmSync(disk, { recursive: true, force: true })
  disk = product = null
})

const free = (at: string) => statfsSync(at).bavail * statfsSync(at).bsize
const filler = (at: string) => join(at, 'filler')

/** Leaves so many bytes of a disk free. */
function fill(at: string, leave: number) {
  const chunk = Buffer.alloc(MB)
  rmSync(filler(at), { force: true })
  writeFileSync(filler(at), '')
  try {
    while (free(at) > leave)
      writeFileSync(filler(at), free(at) > leave + MB ? chunk : Buffer.alloc(4096), { flag: 'a' })
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOSPC') throw error
  }
}

async function start(minFree: number) {
  disk = mkdtempSync(join(tmpdir(), 'velocicompanion-disk-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', disk])
  product = await startWholeProduct({ DATA_DIR: disk, MIN_FREE_DISK_BYTES: String(minFree) })
  const client = await restClient(product.url)
  const cookie = await client.cookie()
  const { url } = product
  let n = 0
  const page = async (path: string) => (await fetch(url + path, { headers: { cookie } }).catch(() => null))?.status ?? 0
  const upload = async (bytes = 1_000) => {
    n += 1
    const answer = await fetch(`${url}/api/ingestion/batches?artifact=Disk&hostname=h`, {
      method: 'POST',
      headers: { ...client.headers, 'content-type': 'application/x-ndjson' },
      body: `{"n":${n},"pad":"${'x'.repeat(bytes)}"}\n`,
    }).catch(() => null)
    const body = (await answer?.json().catch(() => null)) as { id?: number } | null
    return {
      status: answer?.status ?? 0,
      id: body?.id ?? null,
      retryAfter: Number(answer?.headers.get('retry-after') ?? 0),
    }
  }
  return { at: disk, url, client, page, upload }
}

type Client = Awaited<ReturnType<typeof start>>['client']

/** Every acknowledged delivery ended done, and its ledger balances. */
async function accounted({ batch }: Client, ids: (number | null)[]) {
  for (const id of ids) {
    await expect
      .poll(async () => (await batch(id!).catch(() => null))?.state, { timeout: 120_000, interval: 500 })
      .toBe('done')
    const { received, stored, duplicate, rejected } = await batch(id!)
    expect(received).toBe(stored + duplicate + rejected)
  }
}

test.skipIf(missing)(
  'a disk that is nearly full refuses deliveries, serves pages and search, and takes them in again by itself',
  {
    timeout: 300_000,
  },
  async () => {
    const { at, client, page, upload } = await start(200 * MB)
    const kept = [await upload()]
    expect(kept[0]!.status).toBe(201)
    fill(at, 190 * MB)
    await sleep(1_500)
    for (let n = 0; n < 5; n += 1) {
      const { status, retryAfter } = await upload()
      expect([status, retryAfter >= 1 && retryAfter <= 120]).toEqual([503, true])
    }
    for (const path of ['/', '/hosts', '/rows?artifact=Disk&q=xxx', '/deliveries'])
      expect([path, await page(path)]).toEqual([path, 200])
    const text = await (
      await fetch(`${product!.url}/deliveries`, { headers: { cookie: await client.cookie() } })
    ).text()
    expect(text).toContain('the disk is nearly full')

    rmSync(filler(at))
    await expect
      .poll(
        async () => {
          const tried = await upload()
          if (tried.id) kept.push(tried)
          return tried.status
        },
        { timeout: 30_000, interval: 500 },
      )
      .toBe(201)
    await accounted(
      client,
      kept.map(({ id }) => id),
    )
  },
)

test.skipIf(missing)(
  'a disk without a byte left: nothing is acknowledged that is not kept, and all recovers when there is room',
  {
    timeout: 600_000,
  },
  async () => {
    const { at, url, client, page, upload } = await start(1)
    const kept = [await upload()]
    fill(at, 0)
    const seen = new Set<number>()
    for (let n = 0; n < 20; n += 1) {
      const tried = await upload(n % 2 ? 1_000 : 3 * MB)
      seen.add(tried.status)
      if (tried.id) kept.push(tried)
      await sleep(200)
    }
    // 0: the connection was cut; 200, 201 and 202 only for what is kept, which is proven below.
    expect([...seen].filter((status) => ![0, 200, 201, 202, 503, 507].includes(status))).toEqual([])
    expect(
      existsSync(join(at, 'spool')) ? readdirSync(join(at, 'spool')).filter((name) => name.endsWith('.part')) : [],
    ).toEqual([])

    rmSync(filler(at))
    await expect
      .poll(async () => (await fetch(`${url}/ready`).catch(() => null))?.ok, { timeout: 120_000, interval: 500 })
      .toBe(true)
    await expect.poll(() => page('/'), { timeout: 30_000 }).toBe(200)
    await expect
      .poll(
        async () => {
          const tried = await upload()
          if (tried.id) kept.push(tried)
          return tried.status
        },
        { timeout: 60_000, interval: 1_000 },
      )
      .toBe(201)
    process.stdout.write(`full disk: answers ${[...seen].join(', ')}; ${kept.length} acknowledged, all there\n`)
    await accounted(
      client,
      kept.map(({ id }) => id),
    )
  },
)
