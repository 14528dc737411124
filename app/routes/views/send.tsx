import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Value } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { titled } from '#app/lib/title.ts'
import { viewTitle } from '#app/lib/view-address.ts'
import { LinkOut } from '#server/modules/views/schema.ts'

export const meta = titled('Send a link')
export const handle = { trail: () => [{ title: 'Views', to: '/views' }, { title: 'Send a link' }] }

export const loader = load(async ({ api, query }) => {
  const colleagues = await api.views.colleagues()
  const address = nextPath(query.address)
  return {
    address,
    sent: query.said === 'sent',
    alone: colleagues.length === 0,
    values: { title: (query.title || viewTitle(address) || address).slice(0, 200) },
    fields: fieldsOf(LinkOut, {
      to: { title: 'Colleague', kind: 'choice', choices: colleagues.map((value) => ({ value, title: value })) },
      title: { title: 'Title' },
      note: { title: 'Note', kind: 'long', required: false, maxLength: 2_000 },
    }),
  }
})

export const action = act(async ({ api, form }) => {
  const link = LinkOut.parse(form)
  await api.views.send(link)
  return redirect(`/views/send?${new URLSearchParams({ address: link.address, title: link.title, said: 'sent' })}`)
})

export default function SendLink() {
  const { address, sent, alone, values, fields } = useLoaderData<typeof loader>()
  return (
    <>
      <PageHead title="Send a link" about="It waits in the inbox of a colleague of this tenant." />
      {sent && (
        <Notice kind="done" role="status">
          The link is sent.
        </Notice>
      )}
      <p className="pb-2">
        <Value text={address} path={false} />
      </p>
      {alone ? (
        <p className="muted">Nobody else is in this tenant.</p>
      ) : (
        <SchemaForm fields={fields} values={values} submit="Send link" failed="The link was not sent." cancel={address}>
          <input type="hidden" name="address" value={address} />
        </SchemaForm>
      )}
    </>
  )
}
