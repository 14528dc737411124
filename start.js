import { spawnSync } from 'node:child_process'
import { isCurrent } from './build.js'

/** `npm start` and `npm run demo`: builds when the sources changed, then runs in this very process, so that signals arrive. */
process.chdir(import.meta.dirname)
const [, , what = 'index'] = process.argv
// In a process of its own: bundlers leave memory and helpers behind that a server should not carry.
if (!isCurrent() && spawnSync(process.execPath, ['build.js'], { stdio: 'inherit' }).status !== 0) process.exit(1)
process.env.NODE_ENV ||= 'production'
const look = stopWithNpm()
await import(`./build/server/${what}.js`)
// Told itself, it must not be told again: a second signal forces, and would leave PostgreSQL behind. Only now, when the product
// listens: before, this would keep a signal from ending it.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => clearInterval(look))

// npm hands a signal to the shell it put between us, and that dies of it without a word. So we look whether it is there.
function stopWithNpm() {
  if (!process.env.npm_lifecycle_script?.includes('start.js')) return
  const shell = process.ppid
  const look = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(look)
    process.kill(process.pid, 'SIGTERM')
  }, 250)
  return look.unref()
}
