import { dossierLink } from '#app/lib/observable-link.ts'
import type { Column } from './data-table.tsx'
import { Link } from './link.tsx'
import { Time, TimeSaid, Zoned } from './time.tsx'
import { Value, WholeValue } from './value.tsx'
import { scopeWords, VerdictName, type VerdictWord } from './verdict-mark.tsx'
import { RevokeButton } from './verdict-revoke.tsx'

export type Decided = {
  id: number
  type: string
  value: string
  shape: string
  verdict: VerdictWord
  scope: 'all' | 'label' | 'host' | 'parent' | 'shape'
  scope_value: string
  scope_name: string
  reason: string
  owner_name: string
  decided_at: Date
  expires_at: Date | null
  revoked_at: Date | null
  revoked_by_name: string | null
  ended_how: 'revoked' | 'replaced' | 'undone' | null
  version: number
  state: 'standing' | 'expired' | 'ended'
}

/** What became of a decision, in words. */
export function Fate({ of: { state, expires_at, revoked_at, revoked_by_name, ended_how } }: { of: Decided }) {
  if (state === 'ended')
    return (
      <>
        {ended_how} by <Value text={revoked_by_name ?? 'somebody'} path={false} />, <TimeSaid at={revoked_at} />
      </>
    )
  if (state === 'expired')
    return (
      <>
        expired <TimeSaid at={expires_at} />
      </>
    )
  return expires_at ? (
    <>
      until <TimeSaid at={expires_at} />
    </>
  ) : (
    <>no end</>
  )
}

export const DECISIONS: Column<Decided>[] = [
  {
    title: 'Value',
    wrap: true,
    cell: (one) => (
      <>
        <span className="tag">{one.type}</span>{' '}
        <Link className="lead" to={dossierLink(one)} data-act="pivot">
          <Value text={one.scope === 'shape' ? one.shape : one.value} />
        </Link>
      </>
    ),
    beneath: (one) => (
      <div className="label">
        {scopeWords(one)}
        {one.reason && (
          <>
            {': '}
            <WholeValue text={one.reason} />
          </>
        )}
      </div>
    ),
    below: (one) => (
      <>
        <VerdictName verdict={one.verdict} />, <Fate of={one} />
      </>
    ),
  },
  { title: 'Verdict', className: 'max-md:hidden w-28', cell: (one) => <VerdictName verdict={one.verdict} /> },
  {
    title: 'By',
    className: 'max-lg:hidden w-36',
    cell: (one) => <Value text={one.owner_name} path={false} />,
  },
  { title: 'Stands', className: 'max-md:hidden w-56', cell: (one) => <Fate of={one} /> },
  {
    title: <Zoned>Decided</Zoned>,
    sort: 'decided_at',
    right: true,
    className: 'max-md:hidden w-32',
    cell: (one) => <Time at={one.decided_at} />,
  },
  {
    title: <span className="sr-only">Revoke</span>,
    key: 'acts',
    className: 'w-24',
    cell: (one) => one.state !== 'ended' && <RevokeButton of={one} />,
  },
]
