import { counted, number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import type { Batch } from './batch-table.tsx'
import { Confirm } from './confirm.tsx'
import { useRefusal } from './form.tsx'
import { Link } from './link.tsx'
import { progressText } from './load-progress.tsx'
import { Notice } from './notice.tsx'
import { PostForm } from './post-form.tsx'
import { isUnderWay, StateWord } from './states.tsx'
import { FullTime } from './time.tsx'
import { Bar } from './upload-form.tsx'

export type Delivery = Batch & {
  done_at: Date | null
  same_content_as: number | null
  kept: boolean
  locked_at: Date | null
  proposed: { artifacts: { artifact: string; share_pct: number }[]; columns: string[]; needs_host: boolean } | null
}

/** The sentence that can be signed, how far the work is, or what a person has to say for it to go on. */
export function DeliveryState({ batch }: { batch: Delivery }) {
  if (isUnderWay(batch.state)) return <UnderWay batch={batch} />
  if (batch.state === 'needs_artifact') return <NeedsName batch={batch} />
  return batch.state === 'failed' ? <Failed batch={batch} /> : <Receipt batch={batch} />
}

function UnderWay({ batch }: { batch: Delivery }) {
  const doing = { receiving: 'Receiving', spooled: 'Waiting for its turn' } as Record<string, string>
  return (
    <Notice action={<Link to="">Refresh</Link>}>
      <b>{doing[batch.state] ?? 'Loading'}.</b> {batch.state === 'loading' && `${progressText(batch)}. `}You may leave
      this page.
      {batch.progress_pct !== null && <Bar pct={batch.progress_pct} name="Loading" />}
    </Notice>
  )
}

function Failed({ batch }: { batch: Delivery }) {
  const mayWrite = useMayWrite()
  return (
    <>
      <Notice kind="bad" role="alert">
        <b>This delivery failed.</b> {batch.error}{' '}
        {batch.kept
          ? 'Its file is kept, so it can be loaded again.'
          : 'Its file is not kept. Sending it again doubles nothing.'}
      </Notice>
      {mayWrite && batch.locked_at && <Unlock />}
      {mayWrite && batch.kept && <Again batch={batch} />}
    </>
  )
}

function Again({ batch }: { batch: Delivery }) {
  return (
    <div className="filters">
      <PostForm className="contents" preventScrollReset>
        <input type="hidden" name="intent" value="replay" />
        {!batch.artifact && <Fact name="artifact" title="Artifact, if the rows do not say" />}
        {!batch.hostname && <Fact name="hostname" title="Host, if the rows do not say" />}
        <button type="submit" className={batch.locked_at ? 'btn' : 'btn primary'}>
          Load again
        </button>
      </PostForm>
      <Confirm ask="Remove its file" act="Remove the file" intent="discard" id={batch.id}>
        Remove the kept file of delivery {batch.id}? Its line in the ledger and its rejected rows stay; it cannot be
        loaded again without sending it.
      </Confirm>
      <Refused intent="replay" />
    </div>
  )
}

const Unlock = () => (
  <PostForm className="filters" preventScrollReset>
    <input type="hidden" name="intent" value="unlock" />
    <label className="s">
      Password of the archive
      <input className="field mono" type="password" name="password" required autoComplete="off" />
    </label>
    <button type="submit" className="btn primary">
      Unlock
    </button>
    <Refused intent="unlock" />
  </PostForm>
)

function NeedsName({ batch: { proposed } }: { batch: Delivery }) {
  const mayWrite = useMayWrite()
  const artifacts = proposed?.artifacts ?? []
  const [best] = artifacts
  return (
    <>
      <Notice kind="warn" role="alert">
        <b>Which artifact is this?</b> The rows do not say
        {proposed?.needs_host ? ', nor of which host they are' : ''}.{' '}
        {best
          ? `By its columns it could be ${artifacts.map(({ artifact, share_pct }) => `${artifact} (${share_pct}%)`).join(', ')}.`
          : 'No artifact with these columns is known here.'}{' '}
        {mayWrite ? 'Once it is named, it is loaded.' : 'Somebody with the role user can name it.'}
      </Notice>
      {mayWrite && (
        <PostForm className="filters" preventScrollReset>
          <input type="hidden" name="intent" value="name" />
          <Fact
            name="artifact"
            title="Artifact"
            value={best?.artifact}
            choices={artifacts.map(({ artifact }) => artifact)}
            required
          />
          {proposed?.needs_host && <Fact name="hostname" title="Host" required />}
          <button type="submit" className="btn primary">
            Name and load
          </button>
          <Refused intent="name" />
        </PostForm>
      )}
    </>
  )
}

type FactProps = { name: string; title: string; value?: string | undefined; choices?: string[]; required?: true }

const Fact = ({ name, title, value, choices = [], required }: FactProps) => (
  <label className="s flex-1 max-w-96">
    {title}
    <input
      className="field mono"
      name={name}
      maxLength={255}
      defaultValue={value}
      list={choices.length > 1 ? `known-${name}` : undefined}
      required={required}
      spellCheck={false}
      autoComplete="off"
    />
    {choices.length > 1 && (
      <datalist id={`known-${name}`}>
        {choices.map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    )}
  </label>
)

function Refused({ intent }: { intent: string }) {
  const refusal = useRefusal(intent)
  return refusal ? (
    <p className="err w-full" role="alert">
      {Object.values(refusal.fields)[0]}
    </p>
  ) : null
}

const Receipt = ({ batch }: { batch: Delivery }) => (
  <p className="receipt">
    <StateWord state={batch.state} />
    <span className="says">
      <b>{counted(batch.received, 'row')} received</b> ={' '}
      <Link className="num" to={rowsLink({ batchId: batch.id })}>
        {number(batch.stored)} stored
      </Link>{' '}
      + {number(batch.duplicate)} duplicate +{' '}
      {batch.rejected > 0 ? (
        <a className="num" href="#rejected">
          {number(batch.rejected)} rejected
        </a>
      ) : (
        '0 rejected'
      )}
      {batch.done_at && (
        <>
          , at <FullTime at={batch.done_at} />
        </>
      )}
      .
      {batch.same_content_as && (
        <>
          {' '}
          The same file came before, as{' '}
          <Link className="num" to={`/deliveries/${batch.same_content_as}`}>
            delivery {batch.same_content_as}
          </Link>
          .
        </>
      )}
    </span>
  </p>
)
