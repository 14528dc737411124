import { Form, useLoaderData, useSearchParams } from '@remix-run/react'
import Plus from 'lucide-react/icons/plus'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Time } from '#app/components/time.tsx'
import { load } from '#app/lib/api.server.ts'
import { number } from '#app/lib/format.ts'
import { titled } from '#app/lib/title.ts'
import { useViewer } from '#app/lib/viewer.ts'

export const meta = titled('Tenants')
export const handle = { trail: () => [{ title: 'Tenants' }] }

export const loader = load(async ({ api }) => ({ tenants: await api.tenants.list() }))

type Tenant = ReturnType<typeof useLoaderData<typeof loader>>['tenants'][number]

export default function Tenants() {
  const { tenants } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  const made = useSearchParams()[0].get('made')
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
      <DataTable
        caption="Tenants"
        rows={tenants}
        columns={columnsFor(viewer?.tenantId)}
        rowKey={(tenant) => tenant.id}
        margin={{ title: 'Line', cell: (_, line) => line + 1 }}
        isCurrent={(tenant) => tenant.id === viewer?.tenantId}
        empty={<Nothing title="No tenant yet" />}
      />
    </>
  )
}

const columnsFor = (current: number | undefined): Column<Tenant>[] => [
  { title: 'Name', cell: (tenant) => <b>{tenant.name}</b>, below: (tenant) => tenant.description },
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
    title: 'Created (UTC)',
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
