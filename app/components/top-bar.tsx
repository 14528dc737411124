import { type UIMatch, useLocation, useMatches } from '@remix-run/react'
import { useEffect } from 'react'
import { Keyboard, Menu, Search } from '#app/components/icons.tsx'
import { useTimes, type Viewer } from '#app/lib/viewer.ts'
import { Link } from './link.tsx'
import { Palette } from './palette.tsx'
import { RAIL } from './rail.tsx'
import { TrailSteps } from './trail-steps.tsx'

export type Crumb = { title: string; to?: string }
/** What a page tells the frame: its crumbs, and whether it needs the width of the rail. */
export type Handle = { trail?: (data: never) => Crumb[]; narrow?: true }

/** The trail, the clock with its zone, and the search over rows; on small screens also the menu. */
export function TopBar({ viewer, now }: { viewer: Viewer; now: Date }) {
  const times = useTimes()
  const crumbs = [{ title: viewer.tenantName, to: '/' }, ...useTrail()]
  return (
    <section className="top" aria-label="Top bar">
      <PhoneMenu />
      <nav aria-label="Trail" className="min-w-0 flex-1">
        <ol className="trail">
          {crumbs.map(({ title, to }, at) => (
            <li key={title} className={at === crumbs.length - 1 ? 'min-w-0' : undefined}>
              {at === crumbs.length - 1 ? (
                <span aria-current="page">{title}</span>
              ) : (
                <Link to={to ?? '?'}>{title}</Link>
              )}
            </li>
          ))}
        </ol>
      </nav>
      <time className="label nw clock" dateTime={now.toISOString()} title={times.utc(now)}>
        {times.clock(now)}
      </time>
      <TrailSteps viewer={viewer} />
      <Palette viewer={viewer} />
      <Link className="btn quiet icon md:hidden" to="/find" aria-label="Find or jump">
        <Search aria-hidden="true" />
      </Link>
      <Link
        className="btn quiet icon max-md:hidden"
        to="/keys"
        aria-label="Keys of this screen"
        title="Keys of this screen"
        data-act="help"
      >
        <Keyboard aria-hidden="true" />
      </Link>
    </section>
  )
}

function useTrail(): Crumb[] {
  const page = (useMatches() as UIMatch<never, Handle | undefined>[]).findLast(({ handle }) => handle?.trail)
  const trail = page?.handle?.trail
  if (!trail) return []
  // A failed page has no data to name its crumb with.
  return page.data === undefined && trail.length > 0 ? [] : trail(page.data)
}

/** Opens the rail, for screens that have no room for it; the browser shows and closes it without JavaScript. */
function PhoneMenu() {
  const { key } = useLocation()
  // biome-ignore lint/correctness/useExhaustiveDependencies: each navigation closes the menu it started from
  useEffect(() => document.getElementById(RAIL)?.hidePopover?.(), [key])
  return (
    <button type="button" className="btn quiet icon phone" aria-label="Menu" {...{ popovertarget: RAIL }}>
      <Menu aria-hidden="true" />
    </button>
  )
}
