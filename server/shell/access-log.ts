import type { ServerResponse } from 'node:http'
import { log } from '../platform/log.ts'

/** Logs a request when its answer is over: what was asked, not by whom. */
export function logAtEnd(res: ServerResponse, about: { requestId: string; method: string; path: string }): void {
  const { requestId, method, path } = about
  if (path === '/health' || path.startsWith('/assets/')) return
  const started = performance.now()
  res.on('close', () => {
    const ms = Math.round(performance.now() - started)
    const told = { requestId, method, path: path.replace(/^\/reset\/.*/, '/reset/…'), status: res.statusCode, ms }
    log.info(told, 'request')
  })
}
