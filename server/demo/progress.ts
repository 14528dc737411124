import type { WriteStream } from 'node:tty'

const WIDTH = 30
const clean = '\r\u001b[K'

export type Progress = { step: (done: number, total: number, what: string) => void; say: (text: string) => void }

/** A bar that is drawn over itself on a terminal; plain lines, one per tenth, anywhere else. */
export function progressOn(out: Pick<WriteStream, 'write' | 'isTTY'>): Progress {
  let tenth = -1
  return {
    step(done, total, what) {
      const share = total === 0 ? 1 : Math.min(done / total, 1)
      const figures = `${done.toLocaleString('en')} of ${total.toLocaleString('en')} ${what}`
      if (out.isTTY) {
        const full = Math.round(share * WIDTH)
        out.write(`${clean}${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${Math.floor(share * 100)} %  ${figures}`)
      } else if (Math.floor(share * 10) > tenth) {
        tenth = Math.floor(share * 10)
        out.write(`${figures}\n`)
      }
    },
    say(text) {
      out.write(`${out.isTTY ? clean : ''}${text}\n`)
    },
  }
}
