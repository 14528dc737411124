import { expect, test } from 'vitest'
import { reached } from '#app/components/charts/lanes.tsx'

const bins = (...filled: number[]) => filled.map((bin) => ({ bin, n: bin + 1 }))

test('in a sparse lane each bin leads to its own events', () => {
  expect(reached(bins(3, 4, 119), 120)).toEqual([
    { from: 3, to: 4, n: 4 },
    { from: 4, to: 5, n: 5 },
    { from: 119, to: 120, n: 120 },
  ])
})

test('in a full lane five bins lead to one place, which ends with the window and has the events of all of them', () => {
  const full = bins(...Array.from({ length: 118 }, (_, bin) => bin))
  const found = reached(full, 118)
  expect(found).toHaveLength(24)
  expect(found[0]).toEqual({ from: 0, to: 5, n: 15 })
  expect(found.at(-1)).toEqual({ from: 115, to: 118, n: 116 + 117 + 118 })
  expect(found.reduce((all, { n }) => all + n, 0)).toBe(full.reduce((all, { n }) => all + n, 0))
})
