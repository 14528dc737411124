export type Cause = 'disk' | 'backlog' | 'stalled' | 'full'
/** Come again in `retryAfter` seconds: 429 where the tenant sends too much, 503 where the installation is the reason. */
export type Refusal = { admitted: false; status: 429 | 503; retryAfter: number; cause: Cause; reason: string }
export type Admitted = {
  admitted: true
  /** Notes bytes that arrived beyond the expected; a refusal when there is no room for them. */
  grow: (bytes: number) => Refusal | null
  /** Resolves when so many bytes more may be read: at once, unless others would pay for it. */
  ease: (bytes: number) => Promise<void>
  /** Gives the room back. Repeating it changes nothing. */
  release: () => void
}
export type Verdict = { cause: Cause; own: boolean; seconds: number; reason: string }

/** Room that was taken. */
export type Place = Omit<Admitted, 'ease'>

/** Counts the bytes that are held for each tenant and for all. */
export function openFlight({ tenantBytes, allBytes }: { tenantBytes: number; allBytes: number }) {
  const held = new Map<number, number>()
  let total = 0
  const charge = (tenantId: number, bytes: number) => {
    total += bytes
    const left = (held.get(tenantId) ?? 0) + bytes
    if (left > 0) held.set(tenantId, left)
    else held.delete(tenantId)
  }
  const crowded = (tenantId: number, bytes: number): Verdict | null => {
    if ((held.get(tenantId) ?? 0) + bytes > tenantBytes)
      return { cause: 'full', own: true, seconds: 2, reason: 'This tenant is sending as much at once as it may.' }
    if (total + bytes > allBytes)
      return { cause: 'full', own: false, seconds: 2, reason: 'The server is taking in as much at once as it can.' }
    return null
  }
  return {
    total: () => total,
    crowded,
    /** Takes `own` bytes of room, and more as they arrive, up to `most`. */
    place(tenantId: number, own: number, most: number, refuse: (verdict: Verdict) => Refusal): Place {
      charge(tenantId, own)
      let [seen, over] = [0, false]
      return {
        admitted: true,
        grow(bytes) {
          seen += bytes
          const more = Math.min(most, seen) - own
          if (over || more <= 0) return null
          const full = crowded(tenantId, more)
          if (full) return refuse(full)
          charge(tenantId, more)
          own += more
          return null
        },
        release() {
          if (!over) charge(tenantId, -own)
          over = true
        },
      }
    },
  }
}
