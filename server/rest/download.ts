import type { ServerResponse } from 'node:http'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SENT } from './route.ts'

const LONGEST_MS = 1_800_000

/**
 * Sends a file as fast as its reader reads. It ends with the connection, and half an hour is the longest. A slow reader
 * empties what lies between us for minutes, in which nothing is written: silence ends nothing here.
 */
export async function sendFile(res: ServerResponse, bytes: Readable): Promise<typeof SENT> {
  res.setTimeout(0)
  res.setMaxListeners(20) // a pipeline alone listens seven times for its end
  const over = setTimeout(() => res.destroy(), LONGEST_MS)
  try {
    await pipeline(bytes, res)
  } finally {
    clearTimeout(over)
  }
  return SENT
}
