import { watch } from 'node:fs'
import { join } from 'node:path'
import { projectRoot } from '#db/root.ts'
import type { Supervised } from './processes.ts'

const SETTLE_MS = 200

/** In development: a change under server/ or db/ ends web and worker, which their supervisor then starts anew. */
export function restartOnChange(parts: Supervised[]): void {
  const restart = () => {
    for (const { name, pid } of parts) {
      const id = pid()
      if (id && (name === 'web' || name === 'worker')) process.kill(id, 'SIGTERM')
    }
  }
  let settling: NodeJS.Timeout | undefined
  for (const folder of ['server', 'db']) {
    watch(join(projectRoot, folder), { recursive: true }, (_event, file) => {
      if (!file || !/\.(ts|sql)$/.test(file) || file.includes('vite.config')) return
      clearTimeout(settling)
      settling = setTimeout(restart, SETTLE_MS)
    })
  }
}
