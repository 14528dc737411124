/** Remembers what was worked out lately, `most` answers at once; the one not asked for longest is forgotten first. */
export function recent<Answer>(most: number) {
  const known = new Map<string, Answer>()
  return {
    /** Undefined for what is not remembered. */
    recall(key: string): Answer | undefined {
      const answer = known.get(key)
      if (answer !== undefined) this.keep(key, answer)
      return answer
    },

    keep(key: string, answer: Answer): void {
      known.delete(key)
      known.set(key, answer)
      for (const [oldest] of known) {
        if (known.size <= most) return
        known.delete(oldest)
      }
    },
  }
}
