const RECENT_MS = 10_000

/** Who was active in the last ten seconds, to know whether somebody else would pay for what one tenant takes. */
export function openCompany() {
  const seen = new Map<number, number>()
  return {
    /** Notes that a tenant is active now. */
    note(tenantId: number): void {
      seen.set(tenantId, Date.now())
    },

    /** Whether anybody else was. */
    around(tenantId: number): boolean {
      for (const [id, at] of seen) if (Date.now() - at > RECENT_MS) seen.delete(id)
      return [...seen.keys()].some((id) => id !== tenantId)
    },
  }
}
