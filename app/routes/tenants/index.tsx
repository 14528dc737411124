import { Form, useLoaderData, useSearchParams } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Plus } from '#app/components/icons.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { number } from '#app/lib/format.ts'
import { useLive } from '#app/lib/live.ts'
import { titled } from '#app/lib/title.ts'
import { useViewer } from '#app/lib/viewer.ts'

export const meta = titled('Tenants')
export const handle = { trail: () => [{ title: 'Tenants' }] }

export const loader = load(async ({ api }) => ({
  tenants: await api.tenants.list(),
  deleted: await api.tenants.deleted(),
}))

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>
type Tenant = Loaded['tenants'][number]
type Deleted = Loaded['deleted'][number]

export default function Tenants() {
  const { tenants, deleted } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  const [asked] = useSearchParams()
  const [made, ended] = [asked.get('made'), asked.get('ended')]
  useLive(deleted.some(({ done_at }) => !done_at))
  return (
    <>
      <PageHead title="Tenants" about="Each tenant's hosts, rows, users and keys are its own. Nothing crosses over.">
        {viewer?.operator && (
          <Link className="btn primary" to="/tenants/new">
            <Plus aria-hidden="true" />
            Create tenant
          </Link>
        )}
      </PageHead>
      {made && (
        <Notice kind="done" role="status">
          The tenant is created. Switch to it to upload rows and make its users.
        </Notice>
      )}
      {ended && (
        <Notice kind="done" role="status">
          <b>{ended.slice(0, 100)}</b> works no more. What it held is being removed; the list below says when that is
          done.
        </Notice>
      )}
      <DataTable
        caption="Tenants"
        rows={tenants}
        columns={columnsFor(viewer?.tenantId)}
        rowKey={(tenant) => tenant.id}
        margin={{ title: 'Line', cell: (_, line) => line + 1 }}
        isCurrent={(tenant) => tenant.id === viewer?.tenantId}
        empty={<Nothing title="No tenant yet" />}
      />
      {deleted.length > 0 && (
        <section className="pt-5">
          <SectionHead title="Deleted tenants" about="that they were is kept, and nothing else of them" />
          <DataTable
            caption="Deleted tenants"
            rows={deleted}
            columns={DELETED}
            rowKey={({ id }) => id}
            margin={{ title: 'Line', cell: (_, line) => line + 1 }}
            empty={null}
          />
        </section>
      )}
    </>
  )
}

const columnsFor = (current: number | undefined): Column<Tenant>[] => [
  {
    title: 'Name',
    cell: (tenant) => (
      <Link className="lead" to={`/tenants/${tenant.id}`}>
        {tenant.name}
      </Link>
    ),
    below: (tenant) => tenant.description,
  },
  {
    title: 'Description',
    className: 'max-md:hidden',
    cell: (tenant) => tenant.description ?? <span className="muted">none</span>,
  },
  { title: 'Members', right: true, className: 'w-24', cell: (tenant) => number(Number(tenant.member_count)) },
  {
    title: 'Your role',
    className: 'max-md:hidden w-28',
    cell: (tenant) => tenant.role ?? <span className="muted">none</span>,
  },
  {
    title: <Zoned>Created</Zoned>,
    right: true,
    className: 'max-md:hidden w-36',
    cell: (tenant) => <Time at={tenant.created_at} />,
  },
  {
    title: <span className="sr-only">Switch</span>,
    key: 'switch',
    right: true,
    className: 'w-24',
    cell: (tenant) => <Switch tenant={tenant} current={tenant.id === current} />,
  },
]

const DELETED: Column<Deleted>[] = [
  { title: 'Name', cell: ({ name }) => <Value text={name} /> },
  {
    title: 'Rows',
    right: true,
    className: 'max-md:hidden w-28',
    cell: ({ rows }) => (rows === null ? <span className="muted">unknown</span> : number(Number(rows))),
  },
  { title: 'Deleted by', className: 'max-md:hidden w-40', cell: ({ asked_by_name }) => <Value text={asked_by_name} /> },
  { title: <Zoned>Asked</Zoned>, className: 'max-md:hidden w-36', cell: ({ asked_at }) => <Time at={asked_at} /> },
  { title: <Zoned>Gone</Zoned>, className: 'w-36', cell: ({ done_at }) => <Time at={done_at} never="being removed" /> },
]

function Switch({ tenant, current }: { tenant: Tenant; current: boolean }) {
  if (current) return <span className="muted">current</span>
  if (!tenant.role) return null
  return (
    <Form method="post" action="/switch" reloadDocument>
      <input type="hidden" name="tenantId" value={tenant.id} />
      <button type="submit" className="btn">
        Switch <span className="sr-only">to {tenant.name}</span>
      </button>
    </Form>
  )
}
