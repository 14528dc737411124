import type { IncomingMessage, ServerResponse } from 'node:http'
import { spent } from '../platform/buffers.ts'
import { wasContinued } from '../shell/continue.ts'

const LEFT_BYTES = 64 * 1024 * 1024
const LEFT_MS = 5_000
const SOON_BYTES = 64 * 1024
const BYTES_PER_SECOND = 8 * 1024 * 1024

/** Whether a refused body is so small that its connection can be used again. */
export const endsSoon = (req: IncomingMessage) => req.complete || (wasContinued(req) && lengthOf(req) <= SOON_BYTES)

const lengthOf = ({ headers }: IncomingMessage) => Number(headers['content-length'] ?? Number.POSITIVE_INFINITY)

/**
 * Takes in what a refused client still sends, so that it reads our answer and not a reset; a body without end is cut. Of
 * large ones 8 MiB a second are given this courtesy: in a flood of refusals the others are closed unread.
 */
export function letGo(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  if (!wasContinued(req)) return void res.once('finish', () => socket.end())
  if (endsSoon(req)) return void takeIn(req, () => {})
  if (!isAffordable(lengthOf(req))) return
  // Node closes the connection behind its answer, and a close with bytes unread is a reset.
  socket.destroySoon = () => socket.end()
  takeIn(req, () => socket.destroy())
}

let paidUntil = 0
function isAffordable(bytes: number): boolean {
  const now = Date.now()
  if (paidUntil - now > (1_000 * LEFT_BYTES) / BYTES_PER_SECOND) return false
  paidUntil = Math.max(now, paidUntil) + (1_000 * Math.min(bytes, LEFT_BYTES)) / BYTES_PER_SECOND
  return true
}

/** Reads a body to its end and forgets it. `done` is called once, also when the client goes or the body has to be cut. */
function takeIn(req: IncomingMessage, done: () => void) {
  const { socket } = req
  let left = LEFT_BYTES
  const cut = setTimeout(() => socket.destroy(), LEFT_MS).unref()
  const ended = () => {
    clearTimeout(cut)
    req.off('end', ended)
    socket.off('close', ended)
    done()
  }
  req.on('end', ended)
  socket.on('close', ended)
  req.on('data', (chunk: Buffer) => {
    spent(chunk.length)
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  req.on('error', () => {})
  req.resume()
}
