import type { IncomingMessage, Server, ServerResponse } from 'node:http'

const waiting = new WeakSet<IncomingMessage>()

/** Whether the client was told to send its body, or sent it unasked. */
export const wasContinued = (req: IncomingMessage) => !waiting.has(req)

/**
 * Answers `Expect: 100-continue` when somebody first reads the body and not before: a request that is refused for its
 * headers, its token or for want of room never sends it.
 */
export function continueWhenRead(server: Server): void {
  server.on('checkContinue', (req: IncomingMessage, res: ServerResponse) => {
    const read = req._read.bind(req)
    waiting.add(req)
    req._read = (size) => {
      req._read = read
      if (waiting.delete(req) && !res.headersSent) res.writeContinue()
      read(size)
    }
    server.emit('request', req, res)
  })
}
