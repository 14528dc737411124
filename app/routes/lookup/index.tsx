import { Form, useLoaderData } from '@remix-run/react'
import { Confirm } from '#app/components/confirm.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Facts } from '#app/components/record.tsx'
import { FullTime } from '#app/components/time.tsx'
import { Value, WholeValue } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { failureOf } from '#app/lib/failures.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { counted } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { titled } from '#app/lib/title.ts'
import { useMayWrite, useViewer } from '#app/lib/viewer.ts'
import { NewKey } from '#server/modules/enrichment/schema.ts'

export const meta = titled('Hash lookup')
export const handle = { trail: () => [{ title: 'Hash lookup' }] }

export const loader = load(async ({ api, query }) => {
  const hash = (query.hash ?? '').trim()
  const [status, answer] = await Promise.all([
    api.enrichment.status(),
    hash ? ask(() => api.enrichment.lookup({ hash })) : null,
  ])
  const fields = fieldsOf(NewKey, {
    key: {
      title: 'API key',
      kind: 'password',
      autoComplete: 'off',
      hint: 'Kept encrypted for this tenant, never shown again.',
    },
  })
  return { hash, status, fields, ...(answer ?? { found: null, problem: null }) }
})

/** A lookup that fails is told in place: the key form and the status below still work. */
async function ask<T>(lookup: () => Promise<T>) {
  try {
    return { found: await lookup(), problem: null }
  } catch (error) {
    const failure = failureOf(error)
    if (!failure || failure.status === 401) throw error
    return { found: null, problem: failure.fields.hash ?? failure.message }
  }
}

export const action = act(async ({ api, form }) => {
  if (form.intent === 'remove') await api.enrichment.removeKey()
  else await api.enrichment.setKey(NewKey.parse(form))
  return { done: true as const }
})

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>

export default function Lookup() {
  const { hash, status, found, problem } = useLoaderData<typeof loader>()
  const admin = useViewer()?.role === 'admin'
  const mayAsk = useMayWrite()
  return (
    <>
      <PageHead
        title="Hash lookup"
        about="What VirusTotal says about a file. Answers are kept; only the hash ever leaves this server."
      />
      {mayAsk ? (
        <Form method="get" className="filters max-w-[60rem]" role="search" aria-label="Hash">
          <label className="q max-w-none">
            MD5, SHA-1 or SHA-256
            <input
              key={hash}
              className="field mono"
              name="hash"
              defaultValue={hash}
              required
              maxLength={64}
              spellCheck={false}
              autoComplete="off"
              aria-invalid={problem ? true : undefined}
              aria-describedby={problem ? 'hash-problem' : undefined}
            />
          </label>
          <button type="submit" className="btn primary">
            Look up hash
          </button>
        </Form>
      ) : (
        <Notice>Your role reads; looking up a hash needs the role user.</Notice>
      )}
      {problem && (
        <div id="hash-problem">
          <Notice kind="bad" role="alert">
            <b>No answer.</b> {problem}
          </Notice>
        </div>
      )}
      {found && <Answer found={found} />}
      {!found && !problem && !status.configured && (
        <Nothing title="No VirusTotal key yet" alone>
          Without a key no verdict is asked for, and none is made up.{' '}
          {admin ? 'Save a key below.' : 'An admin can save one here.'}
        </Nothing>
      )}
      {admin && <KeyForm />}
    </>
  )
}

const Answer = ({ found }: { found: NonNullable<Loaded['found']> }) => (
  <section aria-label="Answer">
    <p className="pb-2">
      <WholeValue text={found.hash} />
    </p>
    {found.message && <Notice kind={found.malicious === null ? 'warn' : 'info'}>{found.message}</Notice>}
    {found.malicious !== null && (
      <Facts
        facts={{
          'Call it malicious': counted(found.malicious, 'engine'),
          Suspicious: counted(found.suspicious ?? 0, 'engine'),
          Harmless: counted(found.harmless ?? 0, 'engine'),
          Undetected: counted(found.undetected ?? 0, 'engine'),
        }}
      />
    )}
    {found.names.length > 0 && (
      <>
        <SectionHead title="Names it was seen under" about={String(found.names.length)} />
        <ul className="lines">
          {found.names.map((name) => (
            <li key={name}>
              <Value text={name} />
            </li>
          ))}
        </ul>
      </>
    )}
    <p className="muted pt-2">
      {found.fetched_at && (
        <>
          Fetched <FullTime at={new Date(found.fetched_at)} />
          {found.cached && ', from the cache'}.{' '}
        </>
      )}
      <Link className="link" to={rowsLink({ q: found.hash })}>
        Find it in all rows
      </Link>
    </p>
  </section>
)

function KeyForm() {
  const { status, fields } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  return (
    <section className="pt-5">
      <SectionHead title="VirusTotal key" about={`${counted(status.cached, 'answer')} kept`} />
      {status.from === 'environment' ? (
        <p>The key of the installation is used. A key saved here takes its place in this tenant.</p>
      ) : (
        <p>{status.from === 'tenant' ? 'This tenant has its own key.' : 'No key is saved.'}</p>
      )}
      <SchemaForm plain fields={fields} intent="key" submit="Save key" failed="The key was not saved." />
      {status.from === 'tenant' && (
        <Confirm ask="Remove key" act="Remove key" intent="remove" id="key">
          The VirusTotal key of <b>{viewer?.tenantName}</b> is forgotten. Answers already fetched stay.
        </Confirm>
      )}
    </section>
  )
}
