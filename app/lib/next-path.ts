const HERE = 'http://here.invalid'

/** The path to return to after signing in: `wanted` when it is a path of this site, else the overview. */
export function nextPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || !wanted.startsWith('/') || /[\\\u0000-\u001f\u007f]/.test(wanted)) return '/'
  const url = URL.canParse(wanted, HERE) ? new URL(wanted, HERE) : null
  if (!url || url.origin !== HERE) return '/'
  const path = url.pathname.replace(/^\/+/, '/') + url.search
  return /^\/(login|logout|first|register|reset)(\/|\?|$)/.test(path) ? '/' : path
}

/** The sign-in address that leads back to `request`. */
export function loginPath(request: Request): string {
  const { pathname, search } = new URL(request.url)
  const next = nextPath(pathname.replace(/\.data$/, '') + search)
  return next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`
}
