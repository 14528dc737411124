import {
  Activity,
  Bell,
  Bookmark,
  Braces,
  Building,
  Compare,
  Fingerprint,
  Gavel,
  House,
  type Icon,
  Inbox,
  Key,
  Monitor,
  Rows,
  Scan,
  Stack,
  Star,
  Timeline,
  Users,
} from '#app/components/icons.tsx'

export type NavItem = {
  to: string
  title: string
  Icon: Icon
  adminOnly?: true
  count?: 'hosts' | 'alarms' | 'unread'
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
    { to: '/views', title: 'Views', Icon: Bookmark, count: 'unread', act: 'go-views' },
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
