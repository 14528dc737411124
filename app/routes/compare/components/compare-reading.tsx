import type { ReactNode } from 'react'
import { Link } from '#app/components/link.tsx'
import { Notice } from '#app/components/notice.tsx'
import { Spoken } from '#app/components/reading.tsx'
import { FullTime } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { counted, duration, number } from '#app/lib/format.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import type { Comparison, ComparisonList } from './compare-data.ts'

const WORDS = { new: 'new', gone: 'gone', changed: 'changed' } as const

/** What is compared in plain words, the totals by kind as links, and which hosts are left out because they are on one side only. */
export function CompareReading({ found, list }: { found: Comparison; list: ComparisonList }) {
  const link = useSearchLink()
  const { both, only_before, only_after, unnamed } = found.coverage
  return (
    <>
      <div className="reading">
        <p>
          <span className="muted">Reads as</span> rows of <b>{list.artifact}</b>
          {found.said.length > 0 && <Spoken said={found.said} />}, {sidesIn(list)}, told apart by{' '}
          <Names names={found.keys} />
          {found.ignored.length > 0 && (
            <>
              , without <Names names={found.ignored} />
            </>
          )}
          , on {counted(both, 'host')} that answered on both sides.
        </p>
        <p className="nw" role="status">
          {(['new', 'gone', 'changed'] as const).map((kind) => {
            const total = found.totals.find((one) => one.kind === kind)
            const on = list.kind === kind
            return (
              <span key={kind}>
                <Link
                  className="num"
                  to={link({ kind: on ? null : kind })}
                  aria-current={on ? 'true' : undefined}
                  title={total ? `${counted(total.rows, 'row')} on ${counted(total.hosts, 'host')}` : undefined}
                >
                  {number(total?.rows ?? 0)} {WORDS[kind]}
                </Link>{' '}
              </span>
            )
          })}
          <span className="muted">in {duration(found.took_ms)}</span>
        </p>
      </div>
      {only_before + only_after > 0 && (
        <p className="muted pb-2">
          {counted(only_before, 'host')} answered only before and {counted(only_after, 'host')} only after: they are
          left out, for what was not collected is not gone.
        </p>
      )}
      {unnamed > 0 && (
        <Notice kind="warn">
          Rows of {counted(unnamed, 'host')} name no flow. Such a row that comes again is not stored again, so it may
          seem gone.
        </Notice>
      )}
    </>
  )
}

function sidesIn({ before, after, from, to }: ComparisonList): ReactNode {
  if (before && after) return `delivery ${before} with delivery ${after}`
  if (from && to)
    return (
      <>
        each host’s last collection as of <FullTime at={from} /> with that as of <FullTime at={to} />
      </>
    )
  return 'the last two collections of each host'
}

const Names = ({ names }: { names: string[] }) =>
  names.length === 0 ? (
    <b>nothing</b>
  ) : (
    names.map((name, at) => (
      <span key={name}>
        {at > 0 && ', '}
        <b>
          <Value text={name} path={false} />
        </b>
      </span>
    ))
  )
