import type { ReactNode } from 'react'
import { counted, duration, fullTime } from '#app/lib/format.ts'
import { Link } from './link.tsx'
import { Value } from './value.tsx'

type Query = {
  artifact?: string | undefined
  q?: string | undefined
  hostId?: number | undefined
  batchId?: number | undefined
  from?: Date | string | undefined
  to?: Date | string | undefined
}
type Props = { list: Query; hostname: string | null; total: number | null; tookMs: number }

/** The query once more, in plain words, and how many rows it met in what time. */
export const Reading = ({ list, hostname, total, tookMs }: Props) => (
  <div className="reading">
    <p>
      <span className="muted">Reads as</span> {phrases(list, hostname)}
      <span>, newest first.</span>
    </p>
    <p className="nw" role="status">
      <b>{total === null ? 'more rows than were counted' : counted(total, 'row')}</b>{' '}
      <span className="muted">in {duration(tookMs)}</span>
    </p>
  </div>
)

function phrases({ artifact, q, hostId, batchId, from, to }: Query, hostname: string | null): ReactNode {
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
      {q && <Words text={q} />}
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

const moment = (at: Date | string) => (at instanceof Date ? fullTime(at) : at)

/** Each word must stand somewhere in the row. */
const Words = ({ text }: { text: string }) => (
  <>
    {' '}
    that contain{' '}
    {text.split(/\s+/).map((word, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a word may be asked for twice, and its place never changes
      <span key={at}>
        {at > 0 && ' and '}
        <Value text={word} path={false} />
      </span>
    ))}
  </>
)
