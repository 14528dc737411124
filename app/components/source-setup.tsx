import { CopyBox } from '#app/components/copy.tsx'
import { Notice } from '#app/components/notice.tsx'
import { SectionHead } from '#app/components/page-head.tsx'
import { type Kind, type Setup, setupOf, vqlOf } from '#app/lib/forwarders.ts'

type Source = { kind: Kind; prefix: string; org: string | null }

/** What to paste where, so that this source's rows come in; with the token itself only right after it was made. */
export function SourceSetup({ source, origin, token }: { source: Source; origin: string; token: string | null }) {
  const shown = token ?? 'TOKEN'
  const setups = setupOf(source.kind, origin, shown)
  return (
    <section className="pt-3">
      <SectionHead title="Set it up" />
      {!token && (
        <p className="muted">
          The token begins with <code>{source.prefix}</code> and is not kept. Who has lost it makes another one with
          “Change token”.
        </p>
      )}
      {setups.length === 0 ? (
        <Rest origin={origin} token={shown} />
      ) : (
        <InVelociraptor setups={setups} source={source} known={token !== null} />
      )}
      {setups.length > 0 && <Trust origin={origin} kind={source.kind} />}
    </section>
  )
}

type Told = { setups: Setup[]; source: Source; known: boolean }

const InVelociraptor = ({ setups, source, known }: Told) => (
  <>
    <p className="pt-2">
      In Velociraptor{source.org ? `, in the org ${source.org}` : ''}: Server Events, Update server monitoring table,
      choose the artifact, set these parameters and leave the others as they are.
    </p>
    {setups.map((setup) => (
      <div key={setup.artifact} className="pt-4">
        <h3 className="text-base font-medium text-ink">
          <code>{setup.artifact}</code> <span className="muted">sends {setup.sends}</span>
        </h3>
        <dl className="grid gap-3 pt-2 min-w-0">
          {setup.parameters.map(({ name, value, note, secret }) => (
            <div key={name} className="min-w-0">
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                {secret && !known ? (
                  <p>
                    the token that begins with <code>{source.prefix}</code>
                  </p>
                ) : (
                  <CopyBox text={value} name={`Copy ${name}`} />
                )}
                {note && <p className="hint">{note}</p>}
              </dd>
            </div>
          ))}
        </dl>
        <details className="pt-2">
          <summary className="link">The same as VQL, for a notebook of the server</summary>
          <div className="pt-2">
            <CopyBox text={vqlOf(setup)} name="Copy VQL" />
          </div>
        </details>
      </div>
    ))}
  </>
)

function Trust({ origin, kind }: { origin: string; kind: Kind }) {
  const own = { rest: '', elastic: 'RootCA', splunk: 'RootCerts', logscale: '' }[kind]
  return (
    <div className="pt-4">
      <Notice>
        {origin.startsWith('https:') ? (
          <>
            The Velociraptor server must trust the certificate of {origin}.{' '}
            {own
              ? `For a private authority, paste its certificate into ${own}`
              : 'A private authority must be known to its machine'}
            ; do not switch the check off.
          </>
        ) : (
          <>
            {origin} is plain http, for a Velociraptor on this very machine. For any other put a TLS proxy in front and
            set PUBLIC_URL.
          </>
        )}{' '}
        {kind !== 'logscale' &&
          'A Velociraptor that accepts secrets only (Security.vql_must_use_secrets) refuses a token given here. '}
        The user who adds the artifact needs the NETWORK permission.
      </Notice>
    </div>
  )
}

const Rest = ({ origin, token }: { origin: string; token: string }) => (
  <div className="pt-2 grid gap-2">
    <p>Deliver a file with it: JSON lines, CSV, a JSON array, a collection or hunt ZIP.</p>
    <CopyBox text={curlFor(origin, token)} name="Copy command" />
  </div>
)

const curlFor = (origin: string, token: string) =>
  `curl --fail-with-body -H 'Authorization: Bearer ${token}' --data-binary @rows.jsonl ` +
  `'${origin}/api/ingestion/batches?artifact=Windows.System.Pslist&hostname=HOSTNAME'`
