import type { ReactNode } from 'react'
import { counted, duration } from '#app/lib/format.ts'
import type { Said } from '#server/modules/language/schema.ts'
import { Link } from './link.tsx'
import { FullTime } from './time.tsx'
import { Value } from './value.tsx'

type Query = {
  artifact?: string | undefined
  hostId?: number | undefined
  batchId?: number | undefined
  from?: Date | string | undefined
  to?: Date | string | undefined
}
type Props = {
  list: Query
  said: Said[]
  hostname: string | null
  total: number | null
  tookMs: number
  sort?: string[]
}

/** The query once more, in plain words, and how many rows it met in what time. */
export const Reading = ({ list, said, hostname, total, tookMs, sort = [] }: Props) => (
  <div className="reading">
    <p>
      <span className="muted">Reads as</span> {phrases(list, said, hostname)}
      <span>, {orderOf(sort)}.</span>
    </p>
    <p className="nw" role="status">
      <b>{total === null ? 'more rows than were counted' : counted(total, 'row')}</b>{' '}
      <span className="muted">in {duration(tookMs)}</span>
    </p>
  </div>
)

/** What the list is sorted by, in words. */
function orderOf(sort: string[]): string {
  if (sort.length === 0 || sort[0] === '-time') return 'newest first'
  const named = sort.map((key) => (key.startsWith('-') ? `${key.slice(1)} downwards` : key))
  return `by ${named.join(', then ')}`
}

function phrases({ artifact, hostId, batchId, from, to }: Query, said: Said[], hostname: string | null): ReactNode {
  return (
    <>
      rows of <b>{artifact ?? 'every artifact'}</b>
      {hostId && (
        <>
          {' '}
          on{' '}
          <Link className="num" to={`/hosts/${hostId}`}>
            {hostname ?? `host ${hostId}`}
          </Link>
        </>
      )}
      {batchId && (
        <>
          {' '}
          from{' '}
          <Link className="num" to={`/deliveries/${batchId}`}>
            delivery {batchId}
          </Link>
        </>
      )}
      {said.length > 0 && <Spoken said={said} />}
      {from && (
        <>
          {' '}
          since <b>{moment(from)}</b>
        </>
      )}
      {to && (
        <>
          {' '}
          until <b>{moment(to)}</b>
        </>
      )}
    </>
  )
}

const moment = (at: Date | string) => (at instanceof Date ? <FullTime at={at} /> : at)

/** The query in the server's words; what came from the query itself is drawn as a value. */
export const Spoken = ({ said }: { said: Said[] }) => (
  <>
    {' '}
    {said.map(({ kind, text }, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one sentence never move
      <span key={at}>
        {kind === 'words' ? text : kind === 'field' ? <Name text={text} /> : <Value text={text} path={false} />}
      </span>
    ))}
  </>
)

const Name = ({ text }: { text: string }) => (
  <b>
    <Value text={text} path={false} />
  </b>
)
