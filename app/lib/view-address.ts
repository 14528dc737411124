// The screens whose address is a view worth keeping, and what they are called.
const SCREENS: Record<string, string> = {
  '/rows': 'Explore',
  '/stacks': 'Stack',
  '/timeline': 'Timeline',
  '/compare': 'Compare',
  '/observables': 'Value',
}
// Where in a list one is, what is open beside it, and what was just done, is no part of the question.
const PASSING = ['cursor', 'at', 'said', 'deed']

/** An address as a view: without what passes. Null for a page that is none of the trail's. */
export function viewAddress(address: string): string | null {
  const url = URL.canParse(address, 'http://here.invalid') ? new URL(address, 'http://here.invalid') : null
  if (
    !url ||
    !address.startsWith('/') ||
    !/^\/(rows|stacks|timeline|compare|observables|hosts)(\/|$)/.test(url.pathname)
  )
    return null
  // A timeline is about the row it names; a grid only shows one beside itself.
  const passing = url.pathname === '/timeline' ? PASSING : [...PASSING, 'row']
  const params = new URLSearchParams([...url.searchParams].filter(([name, value]) => value && !passing.includes(name)))
  return params.size === 0 ? url.pathname : `${url.pathname}?${params}`
}

/** Whether an address is one of the screens that can be saved. */
export const isView = (address: string) => address.split('?')[0]! in SCREENS

/** What a view is called by what it asks; null for a page with a name of its own. */
export function viewTitle(address: string): string | null {
  const [path = '', query = ''] = address.split('?')
  const screen = SCREENS[path]
  if (!screen) return null
  const params = new URLSearchParams(query)
  const asked = ['artifact', 'columns', 'q', 'value'].flatMap((name) => params.getAll(name)).filter(Boolean)
  return asked.length === 0 ? screen : `${screen} ${asked.join(' · ')}`.slice(0, 200)
}
