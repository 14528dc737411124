import { useActionData, useLoaderData } from '@remix-run/react'
import { BatchTable } from '#app/components/batch-table.tsx'
import { Confirm } from '#app/components/confirm.tsx'
import { CopyBox } from '#app/components/copy.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Facts } from '#app/components/record.tsx'
import { SourceSetup } from '#app/components/source-setup.tsx'
import { Age, FullTime } from '#app/components/time.tsx'
import { WholeValue } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { bytes, counted, number, span } from '#app/lib/format.ts'
import { KINDS, kindName } from '#app/lib/forwarders.ts'
import { titledBy } from '#app/lib/title.ts'
import { useNow, useViewer } from '#app/lib/viewer.ts'
import { SourceEdit, SourceForm, SourceId } from '#server/modules/sources/schema.ts'

type Named = { source: { name: string } }
export const meta = titledBy(({ source }: Named) => source.name)
export const handle = {
  trail: ({ source }: Named) => [{ title: 'Sources', to: '/sources' }, { title: source.name }],
}

export const loader = load(async ({ api, params, origin }) => ({
  ...(await api.ingestion.ofSource(SourceId.parse({ id: params.sourceId }))),
  origin,
  fields: fieldsOf(SourceForm, {
    name: { title: 'Name', mono: true },
    kind: { title: 'For', choices: KINDS, required: true },
    org: { title: 'Velociraptor org', mono: true, hint: 'Its id, OA1B2 or root. Each org has a source of its own.' },
    expect_every_minutes: {
      title: 'Expected every',
      hint: 'Minutes. Silence beyond it is an alarm; without it, the source’s own rhythm decides.',
    },
  }),
}))

// No redirect: the token is in this answer only.
export const action = act(async ({ api, params, form }) => {
  const { id } = SourceId.parse({ id: params.sourceId })
  if (form.intent === 'rotate') return { did: 'rotate', token: (await api.sources.rotate({ id })).token }
  if (form.intent === 'edit') await api.sources.update(SourceEdit.parse({ ...form, id }))
  if (form.intent === 'end') await api.sources.endPrevious({ id })
  if (form.intent === 'revoke') await api.sources.revoke({ id })
  return { did: form.intent ?? '', token: null }
})

const DID: Record<string, string> = {
  edit: 'The source is changed.',
  end: 'The old token is refused from now on.',
  revoke: 'The token is revoked. The next delivery with it is refused.',
}

export default function SourcePage() {
  const { source, origin, week, latest, fields } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const done = answer && 'did' in answer ? answer : null
  return (
    <>
      <PageHead title={<WholeValue text={source.name} />} about={`${kindName(source.kind)} source`}>
        {!source.revoked_at && <Verbs />}
      </PageHead>
      {done && DID[done.did] && (
        <Notice kind="done" role="status">
          {DID[done.did]}
        </Notice>
      )}
      {done?.token && <NewToken token={done.token} />}
      <Facts facts={factsOf(source, latest[0]?.created_at ?? null)} />
      <OldToken />
      {source.revoked_at ? (
        <Notice kind="warn">
          Revoked <FullTime at={source.revoked_at} />. Its rows stay; nothing more comes in through it.
        </Notice>
      ) : (
        <SourceSetup source={source} origin={origin} token={done?.token ?? null} />
      )}
      <section className="pt-5">
        <SectionHead
          title="Seven days"
          about={`${counted(week.deliveries, 'delivery', 'deliveries')}, ${bytes(week.bytes)}; ${number(week.waiting)} waiting, ${number(week.failed)} failed`}
        />
        {week.received > 0 && (
          <p className="receipt">
            <span className="says">
              <b>{counted(week.received, 'row')} received</b> = {number(week.stored)} stored + {number(week.duplicate)}{' '}
              duplicate + {number(week.rejected)} rejected.
            </span>
          </p>
        )}
      </section>
      <section className="pt-5">
        <SectionHead title="Last deliveries">
          <Link className="link" to={`/deliveries?sourceId=${source.id}`}>
            All of this source
          </Link>
        </SectionHead>
        <BatchTable
          batches={latest}
          empty={
            <Nothing title="Nothing came yet">The first delivery shows here by itself when you look again.</Nothing>
          }
        />
      </section>
      <section className="pt-5">
        <SectionHead title="About it" />
        <SchemaForm
          plain
          fields={fields}
          intent="edit"
          values={{
            name: source.name,
            kind: source.kind,
            org: source.org,
            expect_every_minutes: source.expect_every_minutes === null ? null : String(source.expect_every_minutes),
          }}
          submit="Change source"
          failed="The source was not changed."
        />
      </section>
    </>
  )
}

type Source = ReturnType<typeof useLoaderData<typeof loader>>['source']

const factsOf = (source: Source, last: Date | null) => ({
  State: source.revoked_at ? 'revoked' : 'active',
  'Last delivery': <Age at={last} />,
  'Token last used': <Age at={source.last_used_at} />,
  'Expected every': source.expect_every_minutes === null ? 'its own rhythm' : span(source.expect_every_minutes),
  Org: source.org ?? <span className="muted">not said</span>,
  'Made by': source.created_by_name ?? <span className="muted">unknown</span>,
})

const NewToken = ({ token }: { token: string }) => (
  <section className="note accent" role="status">
    <span />
    <div className="grid gap-2 min-w-0">
      <p>
        <b>The token is changed.</b> The new one is shown this once; the old one works for 24 hours more.
      </p>
      <CopyBox text={token} name="Copy token" />
    </div>
  </section>
)

function OldToken() {
  const { source } = useLoaderData<typeof loader>()
  const now = useNow()
  const ends = source.previous_token_ends_at
  if (!ends || source.revoked_at || ends.getTime() <= now.getTime()) return null
  return (
    <Notice
      kind="warn"
      action={
        <Confirm ask="End it now" act="End the old token" intent="end" id={source.id}>
          Whatever still sends with the old token of <b>{source.name}</b> is refused, and stock forwarders lose what
          they send meanwhile.
        </Confirm>
      }
    >
      The token before the last change works until <FullTime at={ends} />.
    </Notice>
  )
}

function Verbs() {
  const { source } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  return (
    <>
      <Confirm
        ask="Change token"
        act={`Change the token of ${source.name}`}
        intent="rotate"
        id={source.id}
        kind="plain"
      >
        <b>{source.name}</b> in <b>{viewer?.tenantName}</b> gets another token. The old one works for 24 hours more, so
        that nothing is lost while you set the new one.
      </Confirm>
      <Confirm ask="Revoke" act={`Revoke ${source.name}`} intent="revoke" id={source.id}>
        The token of <b>{source.name}</b> in <b>{viewer?.tenantName}</b> stops working at once and cannot be brought
        back. Its rows stay.
      </Confirm>
    </>
  )
}
