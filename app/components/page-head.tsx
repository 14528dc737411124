import type { ReactNode } from 'react'

/** The head of a page: the one h1, one muted line, the actions at the right. */
export const PageHead = ({ title, about, children }: { title: ReactNode; about?: ReactNode; children?: ReactNode }) => (
  <div className="head">
    <div>
      <h1>{title}</h1>
      {about && <p className="muted">{about}</p>}
    </div>
    {children && <div className="acts">{children}</div>}
  </div>
)

/** The head of a section: a heading, what it counts, and at most one link. */
export const SectionHead = ({ title, about, children }: { title: string; about?: ReactNode; children?: ReactNode }) => (
  <div className="sec">
    <h2>{title}</h2>
    {about && <span className="muted">{about}</span>}
    {children}
  </div>
)
