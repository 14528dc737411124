/** Up to three of the names that `asked` was probably meant to be, the likeliest first. */
export function nearest(asked: string, names: readonly string[]): string[] {
  const key = asked.toLowerCase().slice(0, 80)
  const most = Math.max(1, Math.floor(key.length / 3))
  const last = key.split('.').at(-1)!
  const scored = [...new Set(names)].flatMap((name) => {
    const other = name.toLowerCase()
    if (Math.abs(other.length - key.length) <= most) {
      const steps = distance(key, other)
      if (steps <= most) return [{ name, steps }]
    }
    // A column named without the object it stands in.
    return other.split('.').at(-1) === last && last.length > 1 ? [{ name, steps: most + 1 }] : []
  })
  const fewest = Math.min(...scored.map(({ steps }) => steps))
  return scored
    .filter(({ steps }) => steps <= fewest + 1)
    .sort((a, b) => a.steps - b.steps || (a.name < b.name ? -1 : 1))
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Letters to change, add, drop or swap with their neighbour to make one word of the other. */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let steps = Math.min(row[j - 1]! + 1, rows[i - 1]![j]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        steps = Math.min(steps, rows[i - 2]![j - 2]! + 1)
      row.push(steps)
    }
    rows.push(row)
  }
  return rows[a.length]![b.length]!
}
