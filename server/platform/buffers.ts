const AFTER_BYTES = 4 * 1024 * 1024
let left = 0

/**
 * Notes buffers that nobody needs any more, and collects them while they are young: counted by V8 among what is old, every
 * 8 MB of them would start a full collection, of 60 to 100 ms and on all cores. Does nothing without --expose-gc.
 */
export function spent(bytes: number): void {
  left += bytes
  if (left < AFTER_BYTES) return
  left = 0
  globalThis.gc?.({ type: 'minor' })
}

/** Buffers of one length that serve again and again; at most `kept` wait. One is given back when nobody reads or writes it any more. */
export function reused(bytes: number, kept: number) {
  const waiting: Buffer[] = []
  return {
    take: (): Buffer => waiting.pop() ?? Buffer.allocUnsafeSlow(bytes),
    give: (buffer: Buffer): void => {
      if (waiting.length < kept) waiting.push(buffer)
    },
  }
}
