import type { ReactNode } from 'react'
import { BrandMark } from './brand.tsx'
import { Link } from './link.tsx'

/** The frame of pages that stand outside the shell: sign in, first account, reset, and what fails before it. */
export const Door = ({ children }: { children: ReactNode }) => (
  <div className="door">
    <main id="main">
      <Link to="/" className="brand">
        <BrandMark />
        VelociCompanion
      </Link>
      {children}
    </main>
    <footer className="label">The companion to Velociraptor</footer>
  </div>
)
