import { build } from './build.js'

/** `npm start` and `npm run demo`: builds when the sources changed, then runs in this very process, so that signals arrive. */
process.chdir(import.meta.dirname)
const [, , what = 'index'] = process.argv
try {
  await build()
} catch (error) {
  console.error(`The build failed: ${error.message}`)
  process.exit(1)
}
process.env.NODE_ENV ||= 'production'
await import(`./build/server/${what}.js`)
