import type { ReactNode } from 'react'
import { FilterBar } from './filter-bar.tsx'
import { PageHead } from './page-head.tsx'
import { Pager } from './pager.tsx'

type Listed = {
  rows: unknown[]
  next: string | null
  prev?: string | null
  total?: number | null
  list: { limit: number }
}
type ListFrame = {
  title: string
  about: ReactNode
  actions?: ReactNode
  /** What stands between the head and the list. */
  above?: ReactNode
  filters: ReactNode
  page: Listed
  children: ReactNode
}

/** A page that is a list: its head, the filters that the address holds, the table, the links to other pages of it. */
export const ListFrame = ({ title, about, actions, above, filters, page, children }: ListFrame) => (
  <>
    <PageHead title={title} about={about}>
      {actions}
    </PageHead>
    {above}
    <FilterBar label={title}>{filters}</FilterBar>
    {children}
    <Pager
      count={page.rows.length}
      limit={page.list.limit}
      next={page.next}
      prev={page.prev ?? null}
      total={page.total ?? null}
    />
  </>
)
