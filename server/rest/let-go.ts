import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { wasContinued } from '../shell/continue.ts'

const LEFT_BYTES = 64 * 1024 * 1024
const LEFT_MS = 5_000
const UNREAD_MS = 500
const SOON_BYTES = 64 * 1024
const AT_ONCE = 4
let taking = 0

/**
 * Takes in what a refused client still sends, so that it reads our answer and not a reset; a body without end is cut. Only
 * a few are given this courtesy at a time: in a flood of refusals the others are closed at once, and reading costs nothing.
 */
export function letGo(req: IncomingMessage, res: ServerResponse): void {
  const { socket } = req
  if (!wasContinued(req)) return void res.once('finish', () => socket.end())
  if (taking >= AT_ONCE) return void res.once('finish', () => closeUnread(socket))
  taking += 1
  let left = LEFT_BYTES
  const cut = setTimeout(() => socket.destroy(), LEFT_MS).unref()
  req.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  req.on('end', () => clearTimeout(cut))
  req.once('close', () => {
    clearTimeout(cut)
    taking -= 1
  })
  req.on('error', () => {})
  req.resume()
}

/** Whether a refused body is so small that its connection can be used again. */
export const endsSoon = (req: IncomingMessage) =>
  req.complete || (wasContinued(req) && Number(req.headers['content-length'] ?? Number.POSITIVE_INFINITY) <= SOON_BYTES)

// A close with bytes unread becomes a reset; the client gets a moment to read the answer before it.
function closeUnread(socket: Socket) {
  socket.end()
  setTimeout(() => socket.destroy(), UNREAD_MS).unref()
}
