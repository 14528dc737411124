import { createHash } from 'node:crypto'
import { recent } from './recent.ts'

const LONGEST_BYTES = 1_000_000
// Of the key and what holds the two together: short answers are many.
const AROUND_BYTES = 500

export type Remembered = ReturnType<typeof remember>

/**
 * Keeps answers for as long as what they were counted from is the same, `bytes` of UTF-8 and of what lies around it at
 * once. `versionNow` names the state of that: it differs whenever an answer could. Null: it cannot be told, so nothing is
 * kept. `isOwn`: a failure of the one who asked, a reader who has left, so that others who waited along ask themselves.
 */
export function remember(versionNow: () => Promise<string | null>, bytes: number, isOwn: (error: unknown) => boolean) {
  const answers = recent<Buffer>(bytes, ({ length }) => length + AROUND_BYTES)
  const underWay = new Map<string, Promise<string>>()
  const version = together(versionNow)

  const work = async (key: string, ask: () => Promise<string>) => {
    const text = await ask()
    const kept = text.length <= LONGEST_BYTES ? Buffer.from(text) : null
    if (kept && kept.length <= LONGEST_BYTES) answers.keep(key, kept)
    return text
  }

  /** What `ask` says, or said while the version was the same. It is told after this was called: no change before is missed. */
  return async (question: unknown[], ask: () => Promise<string>): Promise<string> => {
    const now = await version()
    if (now === null) return ask()
    const key = createHash('sha256')
      .update(JSON.stringify([now, ...question]))
      .digest('base64')
    const kept = answers.recall(key)
    if (kept !== undefined) return kept.toString()
    const asked = underWay.get(key)
    if (asked) return asked.catch((error: unknown) => (isOwn(error) ? ask() : Promise.reject(error)))
    const answer = work(key, ask).finally(() => underWay.delete(key))
    underWay.set(key, answer)
    return answer
  }
}

/** One question for all who ask at the same moment, never one that was under way before. */
function together<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let next: Promise<Answer> | null = null
  return () => {
    next ??= new Promise((resolve, reject) =>
      setImmediate(() => {
        next = null
        ask().then(resolve, reject)
      }),
    )
    return next
  }
}
