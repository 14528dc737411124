import { expect, test } from 'vitest'
import { openPace } from '#server/platform/pace.ts'

const MB = 1024 * 1024
const MUCH = 100 * MB

/** Whether so many bytes may be read on at once. */
const atOnce = (eased: Promise<void>) =>
  Promise.race([eased.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))])

test('who has much waiting is held back while somebody else delivers, and nobody else is', async () => {
  const pace = openPace()
  pace.note(2)
  expect(await atOnce(pace.ease(1, 64 * MB, MUCH))).toBe(true)
  expect(await atOnce(pace.ease(1, 1, MUCH))).toBe(false)
  expect(await atOnce(pace.ease(2, 64 * MB, 0))).toBe(true)
  expect(await atOnce(pace.ease(2, 64 * MB, 0))).toBe(true)
})

test('who has much waiting is held back while somebody reads pages', async () => {
  const pace = openPace()
  expect(await atOnce(pace.ease(1, 64 * MB, MUCH))).toBe(true)
  pace.noteReader()
  expect(await atOnce(pace.ease(1, 64 * MB, MUCH))).toBe(true)
  expect(await atOnce(pace.ease(1, 1, MUCH))).toBe(false)
})

test('who delivers alone is never held back, however much waits', async () => {
  const pace = openPace()
  pace.note(1)
  for (let n = 0; n < 3; n += 1) expect(await atOnce(pace.ease(1, 64 * MB, MUCH))).toBe(true)
})

test('who is held back goes on within a second or so, however much was sent at once', async () => {
  const pace = openPace()
  pace.note(2)
  await pace.ease(1, 10_000 * MB, MUCH)
  await pace.ease(1, 1, MUCH)
  expect(await atOnce(pace.ease(1, 1, 0))).toBe(true)
})
