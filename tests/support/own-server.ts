import type { Base } from '#server/base.ts'
import { listen } from '#server/http.ts'
import type { Env } from '#server/platform/env.ts'
import { log } from '#server/platform/log.ts'

export type OwnServer = { url: string; close: () => Promise<void> }

/** The whole web server inside the test's own process, on doors the test opened, so that it can hold them or move the clock. */
export async function ownServer(
  base: Base,
  { env = {}, auth = {} }: { env?: Partial<Env>; auth?: Partial<Base['auth']> } = {},
): Promise<OwnServer> {
  log.level = 'silent'
  const web = await listen({
    ...base,
    env: { ...base.env, HOST: '127.0.0.1', PORT: 0, ...env },
    auth: { ...base.auth, ...auth },
  })
  return { url: `http://127.0.0.1:${web.port}`, close: web.close }
}
