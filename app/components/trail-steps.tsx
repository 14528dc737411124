import { useLocation } from '@remix-run/react'
import { useEffect, useState } from 'react'
import { Route } from '#app/components/icons.tsx'
import { type Step, walk } from '#app/lib/trail.ts'
import type { Viewer } from '#app/lib/viewer.ts'
import { Link } from './link.tsx'
import { Popover } from './menu.tsx'
import { Value } from './value.tsx'

/** The views one came through, each a link back. Kept in this tab; without JavaScript the browser's way back is the trail. */
export function TrailSteps({ viewer: { tenantId, accountId } }: { viewer: Viewer }) {
  const { pathname, search } = useLocation()
  const [steps, setSteps] = useState<Step[]>([])
  useEffect(() => {
    const pageTitle = document.title.replace(/ · VelociCompanion$/, '')
    setSteps(walk({ tenantId, accountId }, { pathname, search, pageTitle }))
  }, [tenantId, accountId, pathname, search])
  if (steps.length < 2) return null
  return (
    <Popover
      button="btn quiet"
      act="trail"
      name={`Trail, ${steps.length} steps`}
      label={
        <>
          <Route aria-hidden="true" />
          <span className="max-md:hidden">Trail</span> {steps.length}
        </>
      }
    >
      <ol className="trail-steps">
        {steps.map(({ address, title }, at) => (
          <li key={address}>
            <Link className="item" to={address} aria-current={at === steps.length - 1 ? 'step' : undefined}>
              <span className="num-3">{at + 1}</span>
              <span className="cut">
                <Value text={title} path={false} />
              </span>
            </Link>
          </li>
        ))}
      </ol>
    </Popover>
  )
}
