import type { Request, Response } from 'express'

// No stock client sends a body again sooner than 2 seconds after it saw a failure; equal bodies that are other evidence
// come within one, because their rows bear the same second.
const SOONEST_REPEAT_MS = 1_500
const KEPT_MS = 30 * 60_000

/** What became of our answer to a delivery: when it ended, and whether the sender showed that it had read it. */
type Answer = { batch: number; endedAt: number | null; heard: boolean }

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
  const known = (body: string, begun: number): Earlier => {
    const answers = byBody.get(body) ?? []
    const apart = answers.filter(
      ({ heard, endedAt }) => heard || endedAt === null || begun - endedAt < SOONEST_REPEAT_MS,
    )
    return {
      apart: apart.map(({ batch }) => batch),
      heard: answers.filter(({ heard }) => heard).map((one) => one.batch),
    }
  }
  const expect = (body: string, batch: number, req: Request, res: Response) => {
    const answers = byBody.get(body) ?? []
    const answer = answers.find((one) => one.batch === batch) ?? { batch, endedAt: null, heard: false }
    answer.endedAt = res.destroyed ? performance.now() : null
    if (!answers.includes(answer)) byBody.set(body, [...answers, answer])
    last.set(req.socket, answer)
    res.once('close', () => {
      answer.endedAt = performance.now()
    })
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
    async inTurn(
      body: string,
      { begun, req, res }: { begun: number; req: Request; res: Response },
      enter: (earlier: Earlier) => Promise<number>,
    ): Promise<void> {
      const before = turns.get(body)
      const turn = (async () => {
        await before
        expect(body, await enter(known(body, begun)), req, res)
      })()
      const settled = turn.catch(() => {})
      turns.set(body, settled)
      await turn.finally(() => turns.get(body) === settled && turns.delete(body))
    },
  }
}

export type Answers = ReturnType<typeof openAnswers>
