import type { Request, Response } from 'express'

// No stock client sends a body again sooner than 2 seconds after it saw a failure; equal bodies that are other evidence
// come within one, because their rows bear the same second. That is by their clock: where we began to read late, the body
// that was given up and the one that repeats it lie side by side. There its connection tells: its sender has left.
const SOONEST_REPEAT_MS = 1_500
const KEPT_MS = 30 * 60_000

/** What became of our answer to a delivery: when it ended, whether the sender left before it, or showed that it was read. */
type Answer = { batch: number; endedAt: number | null; missed: boolean; heard: boolean }
type Exchange = { begun: number; req: Request; res: Response }

/** What is known of earlier deliveries of an equal body, when the next one arrives. */
export type Earlier = { apart: number[]; heard: number[] }

/**
 * Remembers how repetitive bodies were answered, to tell one sent again from one that is the same by chance: who asks
 * for the next thing on the connection of our answer has read it, and will not repeat what it was for.
 */
export function openAnswers() {
  const byBody = new Map<string, Answer[]>()
  const last = new WeakMap<object, Answer>()
  const turns = new Map<string, Promise<unknown>>()

  const forgetOld = () => {
    for (const [body, answers] of byBody)
      if (answers.every(({ endedAt }) => endedAt !== null && performance.now() - endedAt > KEPT_MS)) byBody.delete(body)
  }
  const known = (body: string, exchange: Exchange): Earlier => {
    const answers = byBody.get(body) ?? []
    const gone = hasLeft(exchange)
    const isTwin = ({ missed, endedAt }: Answer) =>
      !gone && !missed && (endedAt === null || exchange.begun - endedAt < SOONEST_REPEAT_MS)
    const apart = answers.filter((answer) => answer.heard || isTwin(answer))
    return {
      apart: apart.map(({ batch }) => batch),
      heard: answers.filter(({ heard }) => heard).map((one) => one.batch),
    }
  }
  const expect = (body: string, batch: number, exchange: Exchange) => {
    const { req, res } = exchange
    const answers = byBody.get(body) ?? []
    const before = answers.find((one) => one.batch === batch)
    const gone = hasLeft(exchange)
    if (before && gone) return // nobody is told anything new of it
    const answer = before ?? { batch, endedAt: null, missed: false, heard: false }
    Object.assign(answer, { endedAt: gone ? performance.now() : null, missed: gone })
    if (!before) byBody.set(body, [...answers, answer])
    last.set(req.socket, answer)
    res.once('close', () => Object.assign(answer, { endedAt: performance.now(), missed: !res.writableFinished }))
    forgetOld()
  }

  return {
    /** To be told of every request, before its body is read. */
    arrived(req: Pick<Request, 'socket'>): void {
      const answer = last.get(req.socket)
      if (answer && answer.endedAt !== null) answer.heard = true
      last.delete(req.socket)
    },

    /** Enters an equal body one at a time: `enter` decides by what is known, and says which delivery it is now part of. */
    async inTurn(body: string, exchange: Exchange, enter: (earlier: Earlier) => Promise<number>): Promise<void> {
      const before = turns.get(body)
      const turn = (async () => {
        await before
        expect(body, await enter(known(body, exchange)), exchange)
      })()
      const settled = turn.catch(() => {})
      turns.set(body, settled)
      await turn.finally(() => turns.get(body) === settled && turns.delete(body))
    },
  }
}

const hasLeft = ({ req, res }: Exchange) => res.destroyed || !req.socket.writable

export type Answers = ReturnType<typeof openAnswers>
