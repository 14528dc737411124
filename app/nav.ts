import type { LucideIcon } from 'lucide-react'
import Activity from 'lucide-react/icons/activity'
import Bell from 'lucide-react/icons/bell'
import Braces from 'lucide-react/icons/braces'
import Building from 'lucide-react/icons/building'
import Inbox from 'lucide-react/icons/inbox'
import Key from 'lucide-react/icons/key-round'
import House from 'lucide-react/icons/layout-dashboard'
import Monitor from 'lucide-react/icons/monitor'
import Rows from 'lucide-react/icons/rows-3'
import Scan from 'lucide-react/icons/scan-search'
import Users from 'lucide-react/icons/users'

export type NavItem = { to: string; title: string; Icon: LucideIcon; adminOnly?: true; count?: 'hosts' | 'alarms' }

/** The groups of the rail, one line per module. */
export const NAV: NavItem[][] = [
  [
    { to: '/', title: 'Overview', Icon: House },
    { to: '/rows', title: 'Rows', Icon: Rows },
    { to: '/artifacts', title: 'Artifacts', Icon: Braces },
    { to: '/lookup', title: 'Hash lookup', Icon: Scan },
  ],
  [
    { to: '/hosts', title: 'Hosts', Icon: Monitor, count: 'hosts' },
    { to: '/deliveries', title: 'Deliveries', Icon: Inbox },
    { to: '/alarms', title: 'Alarms', Icon: Bell, count: 'alarms' },
    { to: '/sources', title: 'Sources', Icon: Key, adminOnly: true },
  ],
  [
    { to: '/users', title: 'Users', Icon: Users, adminOnly: true },
    { to: '/tenants', title: 'Tenants', Icon: Building },
    { to: '/activity', title: 'Activity', Icon: Activity },
  ],
]
