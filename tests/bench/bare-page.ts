import { fork } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'vite'
import { projectRoot } from '#db/root.ts'

/** Builds and serves the smallest Remix page in a process of its own. */
export async function startBarePage(): Promise<{ url: string; stop: () => Promise<void> }> {
  const config = {
    configFile: join(import.meta.dirname, 'bare/vite.config.ts'),
    root: projectRoot,
    logLevel: 'error',
  } as const
  process.env.NODE_ENV = 'production'
  await build(config)
  await build({ ...config, build: { ssr: true } })
  const child = fork(join(import.meta.dirname, 'bare-server.ts'), [join(projectRoot, 'build/bare/server/index.js')], {
    execArgv: ['--import', 'tsx'],
  })
  const port = await new Promise((resolve) => child.once('message', resolve))
  return {
    url: `http://127.0.0.1:${port}/page`,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill()
      await gone
    },
  }
}
