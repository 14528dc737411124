import type { LucideIcon } from 'lucide-react'
import Activity from 'lucide-react/icons/activity'
import Bell from 'lucide-react/icons/bell'
import Bookmark from 'lucide-react/icons/bookmark'
import Braces from 'lucide-react/icons/braces'
import Building from 'lucide-react/icons/building'
import Stack from 'lucide-react/icons/chart-bar-decreasing'
import Timeline from 'lucide-react/icons/chart-no-axes-gantt'
import Compare from 'lucide-react/icons/diff'
import Fingerprint from 'lucide-react/icons/fingerprint-pattern'
import Gavel from 'lucide-react/icons/gavel'
import Inbox from 'lucide-react/icons/inbox'
import Key from 'lucide-react/icons/key-round'
import House from 'lucide-react/icons/layout-dashboard'
import Monitor from 'lucide-react/icons/monitor'
import Rows from 'lucide-react/icons/rows-3'
import Scan from 'lucide-react/icons/scan-search'
import Star from 'lucide-react/icons/star'
import Users from 'lucide-react/icons/users'

export type NavItem = {
  to: string
  title: string
  Icon: LucideIcon
  adminOnly?: true
  count?: 'hosts' | 'alarms'
  act?: string
}

/** The groups of the rail, one line per module. */
export const NAV: NavItem[][] = [
  [
    { to: '/', title: 'Overview', Icon: House, act: 'go-overview' },
    { to: '/rows', title: 'Explore', Icon: Rows, act: 'go-explore' },
    { to: '/stacks', title: 'Stack', Icon: Stack, act: 'go-stack' },
    { to: '/timeline', title: 'Timeline', Icon: Timeline, act: 'go-timeline' },
    { to: '/observables', title: 'Values', Icon: Fingerprint, act: 'go-values' },
    { to: '/verdicts', title: 'Verdicts', Icon: Gavel },
    { to: '/views', title: 'Views', Icon: Bookmark, act: 'go-views' },
    { to: '/marks', title: 'Marked rows', Icon: Star },
    { to: '/compare', title: 'Compare', Icon: Compare, act: 'go-compare' },
    { to: '/artifacts', title: 'Artifacts', Icon: Braces },
    { to: '/lookup', title: 'Hash lookup', Icon: Scan },
  ],
  [
    { to: '/hosts', title: 'Hosts', Icon: Monitor, count: 'hosts', act: 'go-hosts' },
    { to: '/deliveries', title: 'Deliveries', Icon: Inbox, act: 'go-deliveries' },
    { to: '/alarms', title: 'Alarms', Icon: Bell, count: 'alarms' },
    { to: '/sources', title: 'Sources', Icon: Key, adminOnly: true },
  ],
  [
    { to: '/users', title: 'Users', Icon: Users, adminOnly: true },
    { to: '/tenants', title: 'Tenants', Icon: Building },
    { to: '/activity', title: 'Activity', Icon: Activity },
  ],
]
