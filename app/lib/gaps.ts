export type Gap = { from: number; to: number; norm: number }

const TIMES_THE_NORM = 4
const LEAST_EMPTY = 3
const LEAST_OCCUPIED = 6

/**
 * Silences of a lane that are longer than its norm, as bins (the end not in it). `occupied`: its bins that hold events, in
 * order. With d = the distances between neighbours among them, norm = median(d); a distance is a gap where
 * d > 4 × norm and d − 1 ≥ 3 bins lie empty between. A lane of fewer than 6 occupied bins has no norm, and no gap.
 */
export function gapsOf(occupied: number[]): Gap[] {
  if (occupied.length < LEAST_OCCUPIED) return []
  const distances = occupied.slice(1).map((bin, at) => bin - occupied[at]!)
  const norm = median(distances)
  return distances.flatMap((distance, at) =>
    distance > TIMES_THE_NORM * norm && distance - 1 >= LEAST_EMPTY
      ? [{ from: occupied[at]! + 1, to: occupied[at]! + distance, norm }]
      : [],
  )
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
