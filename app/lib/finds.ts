import { NAV } from '#app/nav.ts'
import { rowsLink } from './row-links.ts'
import type { Viewer } from './viewer.ts'

export type Find = { kind: string; title: string; to: string; about: string }

const MOST_SCREENS = 4

/** What needs no question to the server: the rows that hold the text, and screens by name. */
export const findsAtOnce = (q: string, { role }: Pick<Viewer, 'role'>): Find[] =>
  q.trim() === ''
    ? []
    : [
        { kind: 'rows', title: q.trim(), to: rowsLink({ q: q.trim() }), about: 'find in all rows' },
        ...NAV.flat()
          .filter(({ adminOnly }) => !adminOnly || role === 'admin')
          .filter(({ title }) => title.toLowerCase().includes(q.trim().toLowerCase()))
          .slice(0, MOST_SCREENS)
          .map(({ title, to }) => ({ kind: 'screen', title, to, about: 'screen' })),
      ]
