import type { RequestHandler } from 'express'

const LOOK_MS = 15_000
const LEAST_BYTES = 1024

/**
 * Cuts a client that promised a body and sends less than a kilobyte of it in 15 seconds: it holds a place that others
 * wait for. One that waits for us, because we read slowly, is left alone.
 */
export const shedSlowBodies: RequestHandler = (req, res, next) => {
  if (req.complete || (!Number(req.headers['content-length']) && req.headers['transfer-encoding'] === undefined))
    return next()
  let read = req.socket.bytesRead
  const look = setInterval(() => {
    const came = req.socket.bytesRead - read
    read = req.socket.bytesRead
    if (req.complete || res.writableEnded) return clearInterval(look)
    if (came < LEAST_BYTES && req.readableLength === 0) req.socket.destroy()
  }, LOOK_MS).unref()
  res.once('close', () => clearInterval(look))
  next()
}
