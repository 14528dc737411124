import { type MetaFunction, Outlet, type UIMatch, useMatches, useRouteLoaderData } from '@remix-run/react'
import type { ReactNode } from 'react'
import { BrandMark } from '#app/components/brand.tsx'
import { Door } from '#app/components/door.tsx'
import { ErrorPage, failureTitle } from '#app/components/error-page.tsx'
import { Keys } from '#app/components/keys.tsx'
import { Link } from '#app/components/link.tsx'
import { NavGroups, RAIL, TenantSwitcher, Who } from '#app/components/rail.tsx'
import { type Handle, TopBar } from '#app/components/top-bar.tsx'
import { JustDecided } from '#app/components/verdict-notice.tsx'
import { loadOpen } from '#app/lib/api.server.ts'
import { rememberVisit } from '#app/lib/visits.server.ts'

// Draws the frame and authorises nothing: every page asks for itself.
export const loader = loadOpen(({ viewer, now, api, request }) => {
  if (viewer) rememberVisit(api, request)
  return { viewer, now }
})

export const meta: MetaFunction = ({ error }) => [
  { title: error ? `${failureTitle(error)} · VelociCompanion` : 'VelociCompanion' },
]

export default function Shell() {
  return (
    <Frame>
      <Outlet />
    </Frame>
  )
}

/** A failed page keeps the frame around it. */
export function ErrorBoundary() {
  return (
    <Frame>
      <ErrorPage />
    </Frame>
  )
}

function Frame({ children }: { children: ReactNode }) {
  const shell = useRouteLoaderData<typeof loader>('shell')
  const narrow = (useMatches() as UIMatch<unknown, Handle | undefined>[]).some(({ handle }) => handle?.narrow)
  if (!shell?.viewer) return <Door>{children}</Door>
  const { viewer, now } = shell
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className={narrow ? 'shell narrow' : 'shell'}>
        <header className="rail" id={RAIL} {...{ popover: 'auto' }}>
          <Link to="/" className="brand" aria-label="VelociCompanion, overview">
            <BrandMark />
            <span>VelociCompanion</span>
          </Link>
          <TenantSwitcher viewer={viewer} />
          <NavGroups viewer={viewer} />
          <Who viewer={viewer} />
        </header>
        <div className="min-w-0">
          <TopBar viewer={viewer} now={now} />
          <Keys viewer={viewer} />
          <main id="main" tabIndex={-1} className={narrow ? 'page work' : 'page'}>
            <JustDecided />
            {children}
          </main>
        </div>
      </div>
    </>
  )
}
