import { __iconData as activity } from 'lucide-react/icons/activity'
import { __iconData as arrowDown } from 'lucide-react/icons/arrow-down'
import { __iconData as arrowUp } from 'lucide-react/icons/arrow-up'
import { __iconData as bell } from 'lucide-react/icons/bell'
import { __iconData as bookmark } from 'lucide-react/icons/bookmark'
import { __iconData as braces } from 'lucide-react/icons/braces'
import { __iconData as building } from 'lucide-react/icons/building'
import { __iconData as chartBarDecreasing } from 'lucide-react/icons/chart-bar-decreasing'
import { __iconData as chartNoAxesGantt } from 'lucide-react/icons/chart-no-axes-gantt'
import { __iconData as check } from 'lucide-react/icons/check'
import { __iconData as chevronDown } from 'lucide-react/icons/chevron-down'
import { __iconData as chevronRight } from 'lucide-react/icons/chevron-right'
import { __iconData as chevronsUpDown } from 'lucide-react/icons/chevrons-up-down'
import { __iconData as circleCheck } from 'lucide-react/icons/circle-check'
import { __iconData as circleAlert } from 'lucide-react/icons/circle-exclamation-point'
import { __iconData as clock } from 'lucide-react/icons/clock'
import { __iconData as columns3 } from 'lucide-react/icons/columns-3'
import { __iconData as copy } from 'lucide-react/icons/copy'
import { __iconData as diff } from 'lucide-react/icons/diff'
import { __iconData as download } from 'lucide-react/icons/download'
import { __iconData as fingerprintPattern } from 'lucide-react/icons/fingerprint-pattern'
import { __iconData as gavel } from 'lucide-react/icons/gavel'
import { __iconData as inbox } from 'lucide-react/icons/inbox'
import { __iconData as keyRound } from 'lucide-react/icons/key-round'
import { __iconData as keyboard } from 'lucide-react/icons/keyboard'
import { __iconData as layoutDashboard } from 'lucide-react/icons/layout-dashboard'
import { __iconData as logOut } from 'lucide-react/icons/log-out'
import { __iconData as menu } from 'lucide-react/icons/menu'
import { __iconData as minus } from 'lucide-react/icons/minus'
import { __iconData as monitor } from 'lucide-react/icons/monitor'
import { __iconData as plus } from 'lucide-react/icons/plus'
import { __iconData as refreshCw } from 'lucide-react/icons/refresh-cw'
import { __iconData as route } from 'lucide-react/icons/route'
import { __iconData as rows3 } from 'lucide-react/icons/rows-3'
import { __iconData as scanSearch } from 'lucide-react/icons/scan-search'
import { __iconData as search } from 'lucide-react/icons/search'
import { __iconData as send } from 'lucide-react/icons/send'
import { __iconData as star } from 'lucide-react/icons/star'
import { __iconData as triangleAlert } from 'lucide-react/icons/triangle-exclamation-point'
import { __iconData as upload } from 'lucide-react/icons/upload'
import { __iconData as users } from 'lucide-react/icons/users'
import { __iconData as x } from 'lucide-react/icons/x'
import type { SVGProps } from 'react'

type Drawing = { node: readonly (readonly [tag: string, attributes: Record<string, string>])[] }
export type Icon = (props: Omit<SVGProps<SVGSVGElement>, 'children'>) => React.JSX.Element

/**
 * The icons of our pages, of Lucide's drawings. What each looks like stands in base.css, and its lines are one piece of text:
 * as elements with eleven attributes of their own, thirty of them were a quarter of a page and of the time to make it.
 */
const icon = ({ node }: Drawing): Icon => {
  const lines = { __html: node.map(([tag, attributes]) => `<${tag}${written(attributes)}/>`).join('') }
  return ({ className, ...rest }) => (
    <svg
      {...rest}
      className={className ? `lucide ${className}` : 'lucide'}
      viewBox="0 0 24 24"
      // biome-ignore lint/security/noDangerouslySetInnerHtml: drawings of the library, known when this was built
      dangerouslySetInnerHTML={lines}
    />
  )
}

const written = ({ key: _key, ...attributes }: Record<string, string>) =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${value}"`)
    .join('')

export const Activity = icon(activity)
export const ArrowDown = icon(arrowDown)
export const ArrowUp = icon(arrowUp)
export const Bell = icon(bell)
export const Bookmark = icon(bookmark)
export const Braces = icon(braces)
export const Building = icon(building)
export const Check = icon(check)
export const ChevronDown = icon(chevronDown)
export const ChevronRight = icon(chevronRight)
export const CircleAlert = icon(circleAlert)
export const CircleCheck = icon(circleCheck)
export const Clock = icon(clock)
export const Columns = icon(columns3)
export const Compare = icon(diff)
export const Copy = icon(copy)
export const Download = icon(download)
export const Fingerprint = icon(fingerprintPattern)
export const Gavel = icon(gavel)
export const House = icon(layoutDashboard)
export const Inbox = icon(inbox)
export const Key = icon(keyRound)
export const Keyboard = icon(keyboard)
export const LogOut = icon(logOut)
export const Menu = icon(menu)
export const Minus = icon(minus)
export const Monitor = icon(monitor)
export const Plus = icon(plus)
export const Refresh = icon(refreshCw)
export const Route = icon(route)
export const Rows = icon(rows3)
export const Scan = icon(scanSearch)
export const Search = icon(search)
export const Send = icon(send)
export const Stack = icon(chartBarDecreasing)
export const Star = icon(star)
export const Timeline = icon(chartNoAxesGantt)
export const TriangleAlert = icon(triangleAlert)
export const UpDown = icon(chevronsUpDown)
export const Upload = icon(upload)
export const Users = icon(users)
export const X = icon(x)
