/**
 * Remembers what was worked out lately, answers of `most` weight together, each of 1 unless `weigh` says otherwise; the one
 * not asked for longest is forgotten first.
 */
export function recent<Answer>(most: number, weigh: (answer: Answer) => number = () => 1) {
  const known = new Map<string, Answer>()
  let weight = 0
  const forget = (key: string) => {
    const answer = known.get(key)
    if (answer !== undefined && known.delete(key)) weight -= weigh(answer)
  }
  return {
    /** Undefined for what is not remembered. */
    recall(key: string): Answer | undefined {
      const answer = known.get(key)
      if (answer !== undefined) this.keep(key, answer)
      return answer
    },

    keep(key: string, answer: Answer): void {
      forget(key)
      known.set(key, answer)
      weight += weigh(answer)
      for (const [oldest] of known) {
        if (weight <= most) return
        forget(oldest)
      }
    },
  }
}
