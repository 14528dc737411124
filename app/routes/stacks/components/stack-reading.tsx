import { Link } from '#app/components/link.tsx'
import { PostForm } from '#app/components/post-form.tsx'
import { Spoken } from '#app/components/reading.tsx'
import { FullTime } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { counted, duration, number } from '#app/lib/format.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import type { Stack, StackList } from './stack-data.ts'

/** The stack in plain words, how many values there are and how many of them are hidden, each hidden one a link away. */
export function StackReading({ found, list }: { found: Stack; list: StackList }) {
  const link = useSearchLink()
  const sum = (of: 'values' | 'open' | 'shown' | 'rows') => found.levels.reduce((total, level) => total + level[of], 0)
  const [values, shown] = [sum('values'), sum('shown')]
  const hidden = values - shown
  return (
    <div className="reading">
      <p>
        <span className="muted">Reads as</span> values of <Names names={list.columns} /> in{' '}
        <b>{list.artifact ?? 'every artifact'}</b>
        {found.said.length > 0 && <Spoken said={found.said} />}
        {list.label && (
          <>
            {' '}
            on hosts labelled <Value text={list.label} path={false} />
          </>
        )}
        {list.shape && ', random parts folded'}
        {list.hide && <b>, undecided only</b>}
        <Since found={found} list={list} />, {list.by === 'rare' ? 'rarest' : 'commonest'} first.
      </p>
      <p className="nw" role="status">
        <b>{counted(shown, 'value')}</b>
        {hidden > 0 && (
          <>
            {' '}
            of {number(values)};{' '}
            <Link className="num" to={link({ hide: null, since: null })}>
              {number(hidden)} hidden
            </Link>
          </>
        )}{' '}
        <span className="muted">
          in {counted(sum('rows'), 'row')}, {duration(found.took_ms)}
        </span>
      </p>
      <Remember found={found} list={list} />
    </div>
  )
}

const Names = ({ names }: { names: string[] }) => (
  <>
    {names.map((name, at) => (
      <span key={name}>
        {at > 0 && (at === names.length - 1 ? ' and ' : ', ')}
        <b>
          <Value text={name} path={false} />
        </b>
      </span>
    ))}
  </>
)

function Since({ found: { run }, list: { since } }: { found: Stack; list: StackList }) {
  if (since === undefined) return null
  if (since !== 'last')
    return (
      <>
        , never seen before <FullTime at={since} />
      </>
    )
  if (!run) return <>, all of them: no run of this stack is remembered yet</>
  return (
    <>
      , never seen before {run.run_by_name} looked at <FullTime at={run.ran_at} />
    </>
  )
}

/** Remembers that this stack was looked through; the next visit can ask for what is new since. */
function Remember({ found: { run, upTo, seenAt }, list }: { found: Stack; list: StackList }) {
  const link = useSearchLink()
  return (
    <div className="acts">
      {run && list.since !== 'last' && (
        <Link className="link" to={link({ since: 'last' })} data-act="since-last">
          New since <FullTime at={run.ran_at} />
        </Link>
      )}
      <PostForm action="/stacks?index">
        {list.columns.map((name) => (
          <input key={name} type="hidden" name="columns" value={name} />
        ))}
        {[
          ['artifact', list.artifact ?? ''],
          ['q', list.q ?? ''],
          ['label', list.label ?? ''],
          ['shape', list.shape ? '1' : ''],
          ['upTo', String(upTo)],
          ['seenAt', seenAt.toISOString()],
        ].map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button
          type="submit"
          className="btn quiet"
          data-act="remember"
          title="The next visit shows what is new since now"
        >
          Remember this run
        </button>
      </PostForm>
    </div>
  )
}
