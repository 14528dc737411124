import { open } from 'node:fs/promises'
import { elastic } from './elastic.ts'
import type { Format } from './framed.ts'
import { hec } from './hec.ts'
import { logscale } from './logscale.ts'

/** What other products' protocols deliver. The door that took it says which it is; the bytes alone would not. */
export const DOOR_FORMATS = { elastic, hec, logscale } as const satisfies Record<string, Format>
export type DoorFormat = keyof typeof DOOR_FORMATS

export const isDoorFormat = (format: string | null | undefined): format is DoorFormat =>
  format === 'elastic' || format === 'hec' || format === 'logscale'

/** Whether a file begins as gzip does. */
export async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await file.close()
  }
}
