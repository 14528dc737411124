import { expect, test } from 'vitest'
import { besideIn, differentTexts } from '#server/modules/observables/rows.ts'

const text = (path: string, role: string, says: string) => ({ path, role, text: says })
const name = (says: string) => text('Name', 'process', says)
const user = (says: string) => text('User', 'user', says)
const asRead = ({ role, text: says }: ReturnType<typeof text>) => [
  { type: role as 'process' | 'user', value: says.toLowerCase(), shape: '' },
]
const told = (value: string, rows: ReturnType<typeof text>[][]) =>
  besideIn({ type: 'process', value }, differentTexts(rows), asRead).map((one) => [one.field, one.value, one.rows])

test('equal texts of a column are one, of another column or role they are another', () => {
  const rows = [
    [name('a'), user('a')],
    [text('Name', 'path', 'a'), name('a')],
  ]
  expect(differentTexts(rows)).toEqual({
    texts: [name('a'), user('a'), text('Name', 'path', 'a')],
    of: [
      [0, 1],
      [2, 0],
    ],
  })
})

test('a value counts once for each row that holds the one asked for, however it is spelled there', () => {
  const rows = [
    [name('cmd.exe'), user('Ann'), user('ANN')],
    [name('CMD.EXE'), user('ann'), user('bob')],
    [name('other.exe'), user('ann')],
  ]
  expect(told('cmd.exe', rows)).toEqual([
    ['User', 'ann', 2],
    ['User', 'bob', 1],
  ])
})

test('the value itself is never beside itself, also where it stands in another field', () => {
  expect(told('cmd.exe', [[name('cmd.exe'), text('Parent', 'process', 'cmd.exe'), user('ann')]])).toEqual([
    ['User', 'ann', 1],
  ])
})

test('of each type and field the twelve commonest are told', () => {
  const rows = Array.from({ length: 20 }, (_, n) => [name('cmd.exe'), user(`user-${String(n).padStart(2, '0')}`)])
  expect(told('cmd.exe', [...rows, ...rows.slice(15)])).toEqual([
    ...[15, 16, 17, 18, 19].map((n) => ['User', `user-${n}`, 2]),
    ...[0, 1, 2, 3, 4, 5, 6].map((n) => ['User', `user-0${n}`, 1]),
  ])
})
