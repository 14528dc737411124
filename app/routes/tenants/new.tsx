import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titled } from '#app/lib/title.ts'
import { NewTenant } from '#server/modules/tenants/schema.ts'

export const meta = titled('Create tenant')
export const handle = { trail: () => [{ title: 'Tenants', to: '/tenants' }, { title: 'Create tenant' }] }

export const loader = load(() => ({
  fields: fieldsOf(NewTenant, {
    name: { title: 'Name', hint: 'As the rail shows it: a customer, a company, a fleet.' },
    description: { title: 'Description', required: false },
  }),
}))

export const action = act(async ({ api, form }) => {
  const { id } = await api.tenants.create(NewTenant.parse(form))
  return redirect(`/tenants?made=${id}`)
})

export default function CreateTenant() {
  return (
    <>
      <PageHead title="Create tenant" about="You become its admin." />
      <SchemaForm
        {...useLoaderData<typeof loader>()}
        submit="Create tenant"
        failed="The tenant was not created."
        cancel="/tenants"
      />
    </>
  )
}
