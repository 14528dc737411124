import type { LinksFunction } from '@remix-run/node'
import {
  Links,
  Meta,
  type MetaFunction,
  Outlet,
  Scripts,
  ScrollRestoration,
  useNavigation,
  useRouteLoaderData,
} from '@remix-run/react'
import type { ReactNode } from 'react'
import { Door } from '#app/components/door.tsx'
import { ErrorPage, failureTitle } from '#app/components/error-page.tsx'
import { useLinkClicks } from '#app/components/link.tsx'
import { loadOpen } from '#app/lib/api.server.ts'
import { useNonce } from '#app/lib/nonce.ts'
import stylesheet from './styles.css?url'

export const links: LinksFunction = () => [
  { rel: 'stylesheet', href: stylesheet },
  { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' },
]

export const meta: MetaFunction = ({ error }) => [
  { title: error ? `${failureTitle(error)} · VelociCompanion` : 'VelociCompanion' },
]

export const loader = loadOpen(({ viewer, requestId }) => ({
  theme: viewer?.theme ?? 'system',
  density: viewer?.density ?? 'compact',
  requestId,
}))

/** The document around every page, failed ones included. */
export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce()
  const look = useRouteLoaderData<typeof loader>('root')
  const busy = useNavigation().state !== 'idle'
  const follow = useLinkClicks()
  return (
    <html lang="en" data-theme={look?.theme === 'system' ? undefined : look?.theme} data-density={look?.density}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <Meta />
        <Links />
      </head>
      {/* biome-ignore lint/a11y: the links inside are what is clicked or entered; this only hears of it */}
      <body onClick={follow}>
        <div className={busy ? 'busy on' : 'busy'} aria-hidden="true" />
        {children}
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  )
}

export default Outlet

export const ErrorBoundary = () => (
  <Door>
    <ErrorPage />
  </Door>
)
