import { setTimeout as sleep } from 'node:timers/promises'
import { openCompany } from './company.ts'

// Enough for a load never to wait for its next rows: who has more waiting is not loaded sooner by sending faster.
const FROM_BYTES = 16 * 1024 * 1024
const BYTES_PER_SECOND = 8 * 1024 * 1024
const LONGEST_MS = 1_000

const READER = 0 // no tenant has this id

/**
 * Holds back the bodies of a tenant that has much waiting, to 8 MiB a second, while others deliver too or somebody reads
 * pages: what it sends faster would only wait in the spool, and taking it in costs them. Alone, everybody sends as fast
 * as they can.
 */
export function openPace() {
  const company = openCompany()
  const free = new Map<number, number>()
  return {
    /** Notes that a tenant delivers now. */
    note: company.note,

    /** Notes that somebody reads pages now. */
    noteReader: () => company.note(READER),

    /** Resolves when these bytes may be read on, within a second, for a tenant that has so many bytes waiting. */
    async ease(tenantId: number, bytes: number, waiting: number): Promise<void> {
      company.note(tenantId)
      if (waiting < FROM_BYTES || !company.around(tenantId)) return void free.delete(tenantId)
      const now = Date.now()
      const at = Math.min(Math.max(now, free.get(tenantId) ?? 0), now + LONGEST_MS)
      free.set(tenantId, at + (1_000 * bytes) / BYTES_PER_SECOND)
      if (at > now) await sleep(at - now)
    },
  }
}
