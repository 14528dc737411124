import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titled } from '#app/lib/title.ts'
import { HostForm } from '#server/modules/hosts/schema.ts'

export const meta = titled('Add host')
export const handle = { trail: () => [{ title: 'Hosts', to: '/hosts' }, { title: 'Add host' }] }

export const loader = load(() => ({
  fields: fieldsOf(HostForm, {
    hostname: { title: 'Hostname', mono: true },
    ip_address: { title: 'Address', mono: true, required: false, hint: 'IPv4 or IPv6.' },
    os: { title: 'Operating system', required: false },
  }),
}))

export const action = act(async ({ api, form }) => {
  const host = await api.hosts.create(HostForm.parse(form))
  return redirect(`/hosts/${host.id}`)
})

export default function AddHost() {
  return (
    <>
      <PageHead title="Add host" about="A host of the same name is updated, not doubled." />
      <SchemaForm
        {...useLoaderData<typeof loader>()}
        submit="Add host"
        failed="The host was not added."
        cancel="/hosts"
      />
    </>
  )
}
