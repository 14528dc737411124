import { Form, useLocation } from '@remix-run/react'
import { Building, Check, LogOut, UpDown } from '#app/components/icons.tsx'
import { counted, monogram, number } from '#app/lib/format.ts'
import type { Viewer } from '#app/lib/viewer.ts'
import { NAV, type NavItem } from '#app/nav.ts'
import { Link } from './link.tsx'
import { useClosing } from './menu.tsx'

/** The id of the rail, by which the button of small screens finds it. */
export const RAIL = 'rail'

/** Where one can go. */
export function NavGroups({ viewer }: { viewer: Viewer }) {
  const { pathname } = useLocation()
  return (
    <nav aria-label="Main" className="groups">
      {NAV.map((group) => (
        <ul key={group[0]!.to}>
          {group
            .filter(({ adminOnly }) => !adminOnly || viewer.role === 'admin')
            .map((item) => (
              <li key={item.to}>
                <Place
                  item={item}
                  here={isHere(item.to, pathname)}
                  counted={item.count ? countOf[item.count](viewer) : 0}
                />
              </li>
            ))}
        </ul>
      ))}
    </nav>
  )
}

function Place({ item: { to, title, Icon, count, act }, here, counted }: PlaceProps) {
  // What waits for the person also shows where the rail has no room for words.
  const waits = count === 'unread' && counted > 0
  const name = waits ? `${title}, ${number(counted)} unread` : title
  return (
    <Link
      to={to}
      title={name}
      aria-label={waits ? name : undefined}
      data-act={act}
      aria-current={here ? 'page' : undefined}
    >
      <Icon aria-hidden="true" />
      <span>{title}</span> {counted > 0 && <em className={waits ? 'waits' : undefined}>{number(counted)}</em>}
    </Link>
  )
}
type PlaceProps = { item: NavItem; here: boolean; counted: number }

const countOf = {
  hosts: (viewer: Viewer) => viewer.hostCount,
  alarms: (viewer: Viewer) => viewer.alarmCount,
  unread: (viewer: Viewer) => viewer.unreadCount,
}

const isHere = (to: string, pathname: string) => pathname === to || (to !== '/' && pathname.startsWith(`${to}/`))

/** The tenant one is in, always visible; the others are one click away, on the same page. */
export function TenantSwitcher({ viewer }: { viewer: Viewer }) {
  const box = useClosing()
  const { pathname } = useLocation()
  // A record belongs to one tenant: switching leads to the list it stands in.
  const samePage = `/${pathname.split('/')[1] ?? ''}`
  return (
    <details className="pop start tenant" ref={box}>
      <summary>
        <span className="sr-only">Switch tenant, now in </span>
        <Names name={viewer.tenantName} below={hostsOf(viewer)} />
        <UpDown aria-hidden="true" />
      </summary>
      <div className="float">
        <ul>
          {viewer.tenants.map((tenant) => (
            <li key={tenant.id}>
              <Form method="post" action="/switch" reloadDocument>
                <input type="hidden" name="tenantId" value={tenant.id} />
                <input type="hidden" name="next" value={samePage} />
                <button type="submit" className="item" aria-current={tenant.id === viewer.tenantId || undefined}>
                  <span className="tile" aria-hidden="true">
                    {monogram(tenant.name)}
                  </span>
                  <span className="flex-1 min-w-0 cut">{tenant.name}</span>
                  <span className="label">{tenant.role}</span>
                  {tenant.id === viewer.tenantId && <Check aria-label="current" />}
                </button>
              </Form>
            </li>
          ))}
        </ul>
        <Link className="item" to="/tenants">
          <Building aria-hidden="true" />
          All tenants
        </Link>
      </div>
    </details>
  )
}

/** Who is signed in, their settings, and the way out. */
export const Who = ({ viewer }: { viewer: Viewer }) => (
  <div className="who">
    <Link to="/profile" title={`Profile of ${viewer.username}`}>
      <span className="avatar" aria-hidden="true">
        {monogram(viewer.username)}
      </span>
      <span className="names min-w-0">
        <span className="block cut ink">{viewer.username}</span>
        <span className="label">{viewer.operator ? `${viewer.role}, operator` : viewer.role}</span>
      </span>
    </Link>
    <Form method="post" action="/logout" reloadDocument>
      <button type="submit" className="btn quiet icon" aria-label="Sign out" title="Sign out">
        <LogOut aria-hidden="true" />
      </button>
    </Form>
  </div>
)

const Names = ({ name, below }: { name: string; below: string }) => (
  <>
    <span className="tile" aria-hidden="true">
      {monogram(name)}
    </span>
    <span className="names">
      <b className="block cut">{name}</b>
      <span className="label">{below}</span>
    </span>
  </>
)

const hostsOf = ({ hostCount }: Viewer) => (hostCount === 0 ? 'No hosts yet' : counted(hostCount, 'host'))
