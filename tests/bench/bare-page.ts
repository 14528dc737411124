import { fork } from 'node:child_process'
import { join } from 'node:path'
import { vitePlugin as remix } from '@remix-run/dev'
import { build } from 'vite'
import { projectRoot } from '#db/root.ts'

/** Builds and serves the smallest Remix page in a process of its own. */
export async function startBarePage(_folder: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const buildDirectory = join(projectRoot, 'build/bare')
  const plugins = [
    remix({
      appDirectory: 'tests/bench/bare',
      buildDirectory,
      ignoredRouteFiles: ['**/*'],
      future: { v3_singleFetch: true, v3_fetcherPersist: true, v3_relativeSplatPath: true, v3_throwAbortReason: true },
      routes: (define) => define((route) => route('page', 'routes/page.tsx', { index: false })),
    }),
  ]
  const shared = { configFile: false, root: projectRoot, logLevel: 'error', plugins } as const
  await build({ ...shared })
  await build({ ...shared, build: { ssr: true } })
  const child = fork(join(import.meta.dirname, 'bare-server.ts'), [join(buildDirectory, 'server/index.js')], {
    env: { ...process.env, NODE_ENV: 'production' },
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
