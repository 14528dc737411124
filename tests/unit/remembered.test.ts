import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { recent } from '#server/platform/recent.ts'
import { remember } from '#server/platform/remembered.ts'

class Left extends Error {}

function engine({ bytes = 1_000_000 } = {}) {
  const seen = { version: 'a' as string | null, versions: 0, asked: [] as string[] }
  const remembered = remember(
    async () => {
      seen.versions += 1
      return seen.version
    },
    bytes,
    (error) => error instanceof Left,
  )
  const ask = (question: string, answer = `answer to ${question}`) =>
    remembered([question], async () => {
      seen.asked.push(question)
      await nextTurn()
      return answer
    })
  return { seen, remembered, ask }
}

test('a question is asked again only once what it is about has changed', async () => {
  const { seen, ask } = engine()
  expect([await ask('x'), await ask('x'), await ask('y')]).toEqual(['answer to x', 'answer to x', 'answer to y'])
  expect(seen.asked).toEqual(['x', 'y'])
  seen.version = 'b'
  expect(await ask('x', 'another')).toBe('another')
  expect(await ask('x')).toBe('another')
})

test('where the state cannot be told nothing is remembered', async () => {
  const { seen, ask } = engine()
  seen.version = null
  await ask('x')
  await ask('x')
  expect(seen.asked).toEqual(['x', 'x'])
})

test('those who ask at once share one look at the state and one answer; who asks later looks anew', async () => {
  const { seen, ask } = engine()
  await Promise.all([ask('x'), ask('x'), ask('y')])
  expect(seen).toMatchObject({ versions: 1, asked: ['x', 'y'] })
  const first = ask('z')
  await nextTurn()
  seen.version = 'b'
  await Promise.all([first, ask('z')])
  expect(seen).toMatchObject({ versions: 3, asked: ['x', 'y', 'z', 'z'] })
})

test('a failure is nobody’s answer later, and of a reader who left not even of those who waited along', async () => {
  const { remembered } = engine()
  const failing = (error: Error) => async () => {
    await nextTurn()
    throw error
  }
  const both = await Promise.allSettled([remembered(['x'], failing(new Left())), remembered(['x'], async () => 'mine')])
  expect(both).toMatchObject([{ status: 'rejected' }, { status: 'fulfilled', value: 'mine' }])
  await expect(remembered(['y'], failing(new Error('broken')))).rejects.toThrow('broken')
  expect(await remembered(['y'], async () => 'whole')).toBe('whole')
})

test('short answers weigh more than their text, and what is very long is not kept', async () => {
  const { seen, ask } = engine({ bytes: 1_999 })
  for (const question of ['a', 'b', 'c', 'd', 'a']) await ask(question, '')
  expect(seen.asked).toEqual(['a', 'b', 'c', 'd', 'a'])
  const large = engine({ bytes: 10_000_000 })
  for (const answer of ['x'.repeat(999_000), 'ü'.repeat(999_000)]) {
    await large.ask(answer.slice(0, 1), answer)
    expect(await large.ask(answer.slice(0, 1), answer)).toBe(answer)
  }
  expect(large.seen.asked).toEqual(['x', 'ü', 'ü'])
})

test('what weighs too much together is forgotten, the longest unasked first', () => {
  const kept = recent<string>(10, (text) => text.length)
  kept.keep('a', '1234')
  kept.keep('b', '1234')
  kept.recall('a')
  kept.keep('c', '1234')
  expect([kept.recall('a'), kept.recall('b'), kept.recall('c')]).toEqual(['1234', undefined, '1234'])
  kept.keep('a', '12')
  kept.keep('d', '1234')
  expect([kept.recall('a'), kept.recall('c'), kept.recall('d')]).toEqual(['12', '1234', '1234'])
  kept.keep('e', '12345678901')
  expect(kept.recall('e')).toBeUndefined()
})
