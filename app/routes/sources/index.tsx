import { useActionData, useLoaderData } from '@remix-run/react'
import { Confirm } from '#app/components/confirm.tsx'
import { CopyBox } from '#app/components/copy.tsx'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { SourceSetup } from '#app/components/source-setup.tsx'
import { LifeMark } from '#app/components/states.tsx'
import { Age, Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { KINDS, type Kind, kindName } from '#app/lib/forwarders.ts'
import { titled } from '#app/lib/title.ts'
import { useViewer } from '#app/lib/viewer.ts'
import { NewSource, SourceId } from '#server/modules/sources/schema.ts'

export const meta = titled('Sources')
export const handle = { trail: () => [{ title: 'Sources' }] }

export const loader = load(async ({ api }) => ({
  sources: await api.sources.list(),
  fields: fieldsOf(NewSource, {
    name: { title: 'Name', mono: true, hint: 'Say who will hold the token: velo-oslo, siem-forwarder.' },
    kind: { title: 'For', choices: KINDS, required: true },
    org: { title: 'Velociraptor org', mono: true, hint: 'Its id, OA1B2 or root. Each org has a source of its own.' },
    expect_every_minutes: {
      title: 'Expected every',
      hint: 'Minutes. Silence beyond it is an alarm; without it, the source’s own rhythm decides.',
    },
  }),
}))

// No redirect: the token is in this answer only.
export const action = act(async ({ api, form, origin }) => {
  if (form.intent === 'revoke') {
    await api.sources.revoke(SourceId.parse({ id: form.id }))
    return { revoked: true as const }
  }
  const made = await api.sources.create(NewSource.parse(form))
  return { made: { ...made, prefix: '', org: form.org || null, origin } }
})

type Source = ReturnType<typeof useLoaderData<typeof loader>>['sources'][number]

export default function Sources() {
  const { sources, fields } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  const answer = useActionData<typeof action>()
  const made = answer && 'made' in answer ? answer.made : null
  return (
    <>
      <PageHead
        title="Sources"
        about={`Doors through which rows come into ${viewer?.tenantName}. A source's token can deliver and nothing else.`}
      />
      {answer && 'revoked' in answer && (
        <Notice kind="done" role="status">
          The token is revoked. The next delivery with it is refused.
        </Notice>
      )}
      {made && <TokenOnce {...made} />}
      <DataTable
        caption="Sources"
        rows={sources}
        columns={COLUMNS}
        rowKey={(source) => source.id}
        margin={{
          title: 'State',
          cell: (source) => (
            <LifeMark
              life={source.revoked_at ? 'ended' : source.last_used_at ? 'used' : 'rests'}
              name={stateOf(source)}
            />
          ),
        }}
        empty={
          <Nothing title="No source yet">
            Create one below and give its token to a Velociraptor server or a script.
          </Nothing>
        }
      />
      <section className="pt-5">
        <SectionHead title="New source" />
        <SchemaForm fields={fields} intent="create" submit="Create source" failed="The source was not created." />
      </section>
    </>
  )
}

const stateOf = (source: Source) => (source.revoked_at ? 'revoked' : 'active')

const COLUMNS: Column<Source>[] = [
  {
    title: 'Name',
    cell: (source) => (
      <Link className="lead" to={`/sources/${source.id}`}>
        <Value text={source.name} />
      </Link>
    ),
    below: (source) =>
      source.revoked_at ? (
        'revoked'
      ) : (
        <>
          {source.prefix}…, used: <Age at={source.last_used_at} />
        </>
      ),
  },
  { title: 'State', className: 'max-md:hidden w-24', cell: stateOf },
  { title: 'For', className: 'max-md:hidden w-24', cell: (source) => kindName(source.kind) },
  { title: 'Token starts with', className: 'max-md:hidden w-36', cell: (source) => <Value text={source.prefix} /> },
  {
    title: 'Made by',
    className: 'max-lg:hidden w-40',
    cell: (source) =>
      source.created_by_name ? <Value text={source.created_by_name} /> : <span className="muted">unknown</span>,
  },
  { title: <Zoned>Created</Zoned>, className: 'max-lg:hidden w-32', cell: (source) => <Time at={source.created_at} /> },
  {
    title: 'Last used',
    right: true,
    className: 'max-md:hidden w-24',
    cell: (source) => <Age at={source.last_used_at} />,
  },
  {
    title: <span className="sr-only">Revoke</span>,
    key: 'revoke',
    right: true,
    className: 'w-24',
    cell: (source) => (source.revoked_at ? null : <Revoke source={source} />),
  },
]

function Revoke({ source }: { source: Source }) {
  const viewer = useViewer()
  return (
    <Confirm ask="Revoke" act={`Revoke ${source.name}`} intent="revoke" id={source.id}>
      The token of <b>{source.name}</b> in <b>{viewer?.tenantName}</b> stops working at once and cannot be brought back.
      Its rows stay.
    </Confirm>
  )
}

type Made = { id: number; name: string; token: string; kind: Kind; prefix: string; org: string | null; origin: string }

const TokenOnce = ({ origin, ...made }: Made) => (
  <>
    <section className="note accent" role="status">
      <span />
      <div className="grid gap-2 min-w-0">
        <p>
          <b>Source {made.name} is created.</b> Its token is shown this once; only its hash is kept.{' '}
          <Link className="num" to={`/sources/${made.id}`}>
            Its page
          </Link>{' '}
          shows what comes through it.
        </p>
        <CopyBox text={made.token} name="Copy token" />
      </div>
    </section>
    <SourceSetup source={made} origin={origin} token={made.token} />
  </>
)
