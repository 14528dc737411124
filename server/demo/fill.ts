import { setTimeout as sleep } from 'node:timers/promises'
import { type Api, type Batch, type Delivered, DemoError } from './api.ts'
import { deliveries, ROWS } from './deliveries.ts'
import { FLEET } from './fleet.ts'
import type { Progress } from './progress.ts'

const AT_ONCE = 4
const PATIENCE_MS = 15 * 60_000
const ENDED = ['done', 'failed']

export type Balance = Pick<Batch, 'received' | 'stored' | 'duplicate' | 'rejected'> & {
  deliveries: number
  replayed: number
}

/** Delivers everything, waits for the ledger to close each delivery, and adds up what it says. Throws DemoError. */
export async function fill(api: Api, progress: Progress): Promise<Balance> {
  let settledRows = 0
  const settle = async (delivered: Delivered, rows: number): Promise<Delivered> => {
    const batch = await ended(api, delivered.batch)
    settledRows += rows
    progress.step(settledRows, ROWS, 'rows in the ledger')
    return { ...delivered, batch }
  }
  const all: Delivered[] = []
  const failures: unknown[] = []
  const running = new Set<Promise<void>>()
  for await (const delivery of deliveries()) {
    const task = api
      .deliver(delivery)
      .then((delivered) => settle(delivered, delivery.rows))
      .then(
        (delivered) => void all.push(delivered),
        (error: unknown) => void failures.push(error),
      )
      .finally(() => running.delete(task))
    running.add(task)
    if (running.size >= AT_ONCE) await Promise.race(running)
    if (failures.length > 0) break
  }
  await Promise.all(running)
  if (failures.length > 0) throw failures[0]
  return balanceOf(all)
}

async function ended(api: Api, first: Batch): Promise<Batch> {
  let batch = first
  for (const until = Date.now() + PATIENCE_MS; !ENDED.includes(batch.state); await sleep(300)) {
    if (Date.now() > until)
      throw new DemoError(`Delivery ${first.id} is still ${batch.state} after ${PATIENCE_MS / 60_000} minutes.`)
    const answer = await api.ask<Batch>('GET', `/ingestion/batches/${first.id}`)
    if (answer.status !== 200) throw new DemoError(`The ledger cannot be read (${answer.status}): ${answer.detail}`)
    batch = answer.body
  }
  if (batch.state === 'failed') throw new DemoError(`Delivery ${batch.id} failed: ${batch.error}`)
  return batch
}

function balanceOf(all: Delivered[]): Balance {
  const sum = (count: 'received' | 'stored' | 'duplicate' | 'rejected') =>
    all.reduce((total, { batch }) => total + batch[count], 0)
  const balance = {
    received: sum('received'),
    stored: sum('stored'),
    duplicate: sum('duplicate'),
    rejected: sum('rejected'),
  }
  if (balance.received !== ROWS || balance.rejected > 0 || balance.stored + balance.duplicate !== ROWS) {
    throw new DemoError(`The ledger does not balance: ${JSON.stringify(balance)} instead of ${ROWS} rows.`)
  }
  return { ...balance, deliveries: all.length, replayed: all.filter(({ replayed }) => replayed).length }
}

type Host = { hostname: string; os: string | null; ip_address: string | null }

/** Gives the hosts what no row says of them: system and address. Those that have both are left alone. */
export async function describeHosts(api: Api): Promise<number> {
  const known = await api.ask<Host[]>('GET', '/hosts?limit=1000')
  if (known.status !== 200) throw new DemoError(`The hosts cannot be read (${known.status}): ${known.detail}`)
  const whole = new Set(
    known.body.filter(({ os, ip_address }) => os && ip_address).map(({ hostname }) => hostname.toLowerCase()),
  )
  const bare = FLEET.filter(({ fqdn }) => !whole.has(fqdn.toLowerCase()))
  for (const { fqdn, ip, os } of bare) {
    const { status, detail } = await api.ask('POST', '/hosts', { hostname: fqdn, ip_address: ip, os })
    if (status !== 201) throw new DemoError(`The host ${fqdn} is refused (${status}): ${detail}`)
  }
  return bare.length
}
