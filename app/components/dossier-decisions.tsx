import { SectionHead } from './page-head.tsx'
import { FullTime } from './time.tsx'
import { Value, WholeValue } from './value.tsx'
import { type Decided, Fate } from './verdict-list.tsx'
import { scopeWords, VerdictMark, VerdictName } from './verdict-mark.tsx'
import { RevokeButton } from './verdict-revoke.tsx'

/** What is decided about a value, over its page: nothing, or each word with where and until when it holds. */
export function RulingBand({ standing }: { standing: Decided[] }) {
  const [first] = standing
  if (!first)
    return (
      <div className="ruling" data-verdicts>
        <p>
          <VerdictMark verdict={null} ring /> <b>Undecided</b>
        </p>
      </div>
    )
  return (
    <div className={`ruling ${first.verdict}`} data-verdicts>
      {standing.map((one) => (
        <p key={one.id}>
          <VerdictName verdict={one.verdict} /> {scopeWords(one)}, <Fate of={one} />
        </p>
      ))}
    </div>
  )
}

/** All that was ever decided about a value, the latest first. */
export const History = ({ verdicts }: { verdicts: Decided[] }) => (
  <section id="decisions">
    <SectionHead title="Decisions" about={String(verdicts.length)} />
    {verdicts.length === 0 && <p className="muted">Nobody has decided about it yet.</p>}
    <ol className="log">
      {verdicts.map((one) => (
        <li key={one.id} className={one.state === 'standing' ? undefined : 'past'}>
          <VerdictMark verdict={one} />
          <div className="min-w-0">
            <p>
              <b>{one.verdict}</b> {scopeWords(one)}
            </p>
            {one.reason && (
              <p>
                <WholeValue text={one.reason} />
              </p>
            )}
            <p className="label">
              <Value text={one.owner_name} path={false} />, <FullTime at={one.decided_at} />, <Fate of={one} />
            </p>
          </div>
          {one.state !== 'ended' && <RevokeButton of={one} />}
        </li>
      ))}
    </ol>
  </section>
)
