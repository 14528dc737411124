import type { PageContext } from '#server/context.ts'
import { isView, viewAddress } from './view-address.ts'

const AFTER_MS = 50

/** Notes the view that is asked for among the person's last ones, once the page has had its turn. A note that fails is lost. */
export function rememberVisit(api: PageContext['api'], { method, url, headers }: Request): void {
  if (method !== 'GET' || headers.get('Purpose') === 'prefetch') return
  const { pathname, search } = new URL(url)
  const address = viewAddress(pathname.replace(/\.data$/, '') + search)
  if (!address?.includes('?') || !isView(address) || address.length > 4_000) return
  setTimeout(() => void api.views.visit({ address }).catch(() => {}), AFTER_MS).unref()
}
