import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Facts } from '#app/components/record.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { number } from '#app/lib/format.ts'
import { titledBy } from '#app/lib/title.ts'
import { TenantEnd, TenantId } from '#server/modules/tenants/schema.ts'

type Named = { tenant: { id: number; name: string } }
export const meta = titledBy(({ tenant }: Named) => `Delete ${tenant.name}`)
export const handle = {
  trail: ({ tenant }: Named) => [
    { title: 'Tenants', to: '/tenants' },
    { title: tenant.name, to: `/tenants/${tenant.id}` },
    { title: 'Delete' },
  ],
}

export const loader = load(async ({ api, params }) => ({
  tenant: await api.tenants.endPreview(TenantId.parse({ id: params.tenantId })),
  fields: fieldsOf(TenantEnd, { name: { hint: 'Type it as it stands above, as a second look.' } }),
}))

export const action = act(async ({ api, params, form }) => {
  const { name } = await api.tenants.end(TenantEnd.parse({ ...form, id: params.tenantId }))
  return redirect(`/tenants?ended=${encodeURIComponent(name)}`)
})

export default function EndTenant() {
  const { tenant, fields } = useLoaderData<typeof loader>()
  const { host_count: hosts, member_count: members, deliveries, rows } = tenant
  return (
    <>
      <PageHead title={`Delete ${tenant.name}`} about="Everything it holds goes with it. This cannot be undone." />
      <Facts
        facts={{
          Hosts: number(Number(hosts)),
          Rows: rows === null ? 'unknown, row storage does not answer' : number(rows),
          Deliveries: number(deliveries),
          Members: number(Number(members)),
        }}
      />
      {tenant.current ? (
        <Nothing title="You are in this tenant">Switch to another one first, then come back.</Nothing>
      ) : (
        <>
          <Notice kind="warn">
            <b>At once:</b> its people are signed out, its sources and tokens work no more. <b>Then:</b> its rows,
            files, deliveries, hosts, keys and activity are removed, and accounts that are in no other tenant. Other
            tenants keep everything. That it was deleted, when and by whom stays on record.
          </Notice>
          <SchemaForm
            fields={fields}
            submit={`Delete ${tenant.name} for ever`}
            failed="The tenant was not deleted."
            cancel={`/tenants/${tenant.id}`}
          />
        </>
      )}
    </>
  )
}
