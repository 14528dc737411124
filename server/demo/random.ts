/** Chance that is the same in every run. */
export type Random = {
  /** 0 to below 1. */
  unit: () => number
  /** A whole number, both ends included. */
  int: (from: number, to: number) => number
  pick: <T>(list: readonly T[]) => T
  /** Prefers the front of the list: the few common values and the many rare ones of real data. */
  longTail: <T>(list: readonly T[]) => T
  chance: (share: number) => boolean
  hex: (digits: number) => string
}

/** A generator of its own for each combination of names, so that adding one artifact leaves the others as they were. */
export function randomFor(...names: string[]): Random {
  let state = seedOf(names.join('\u0000'))
  // mulberry32: 32 bits of state are plenty for a few thousand values per stream.
  const unit = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (from: number, to: number) => from + Math.floor(unit() * (to - from + 1))
  return {
    unit,
    int,
    pick: (list) => list[int(0, list.length - 1)]!,
    longTail: (list) => list[Math.floor(list.length * unit() ** 3)]!,
    chance: (share) => unit() < share,
    hex: (digits) => Array.from({ length: digits }, () => int(0, 15).toString(16)).join(''),
  }
}

// FNV-1a.
function seedOf(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}
