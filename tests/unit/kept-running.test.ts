import { expect, test } from 'vitest'
import { keepRunning, type Running } from '../../server/processes.ts'

/** A part whose starts the test lets happen one by one. */
function part() {
  const begun: { succeed: () => void; fail: () => void; end: () => void; stopped: boolean }[] = []
  const start = () =>
    new Promise<Running>((resolve, reject) => {
      let end = () => {}
      const exited = new Promise<void>((ended) => {
        end = ended
      })
      const one = {
        stopped: false,
        end,
        fail: () => reject(new Error('not today')),
        succeed: () => resolve({ pid: begun.length, exited, stop }),
      }
      const stop = async () => {
        one.stopped = true
        one.end()
      }
      begun.push(one)
    })
  return { begun, start }
}

async function startedAgain() {
  const { begun, start } = part()
  const kept = keepRunning('part', start, () => {})
  begun[0]!.succeed()
  const running = await kept
  begun[0]!.end()
  await expect.poll(() => begun.length).toBe(2)
  return { begun, running }
}

test('a part that is just being started again when everything has to end is ended too', async () => {
  const { begun, running } = await startedAgain()
  running.letGo()
  const stopping = running.stop()
  begun[1]!.succeed()
  await stopping
  expect(begun.map(({ stopped }) => stopped)).toEqual([false, true])
})

test('a part that cannot start again while everything ends is not tried once more, and holds nobody up', async () => {
  const { begun, running } = await startedAgain()
  running.letGo()
  begun[1]!.fail()
  await running.stop()
  expect(begun).toHaveLength(2)
})
