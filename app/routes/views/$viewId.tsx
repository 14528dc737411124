import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Clash } from '#app/components/clash.tsx'
import { Confirm } from '#app/components/confirm.tsx'
import { SchemaForm, useRefusal } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { FullTime } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titledBy } from '#app/lib/title.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { ViewEdit, ViewId } from '#server/modules/views/schema.ts'

type Named = { view: { name: string } }
export const meta = titledBy(({ view }: Named) => view.name)
export const handle = { trail: ({ view }: Named) => [{ title: 'Views', to: '/views' }, { title: view.name }] }

const AUDIENCES = [
  { value: 'personal', title: 'only me' },
  { value: 'shared', title: 'everybody in this tenant' },
]
const SAID: Record<string, string> = { saved: 'The view is saved.', changed: 'The view is changed.' }

export const loader = load(async ({ api, params, query }) => ({
  view: await api.views.get(ViewId.parse({ id: params.viewId })),
  said: SAID[query.said ?? ''] ?? null,
  fields: fieldsOf(ViewEdit, {
    name: { title: 'Name' },
    description: { title: 'Description', kind: 'long', required: false, maxLength: 2_000 },
    audience: { title: 'For whom', choices: AUDIENCES },
  }),
}))

// What is refused for a clash is shown beside what is stored by then.
export const shouldRevalidate = () => true

export const action = act(async ({ api, form, params }) => {
  if (form.intent === 'delete') {
    await api.views.remove(ViewId.parse({ id: form.id }))
    return redirect('/views?said=deleted')
  }
  const { id } = await api.views.update(ViewEdit.parse({ ...form, id: params.viewId }))
  return redirect(`/views/${id}?said=changed`)
})

export default function ViewPage() {
  const { view, said, fields } = useLoaderData<typeof loader>()
  const mayWrite = useMayWrite()
  const refusal = useRefusal('')
  const values = { name: view.name, description: view.description, audience: view.shared_at ? 'shared' : 'personal' }
  return (
    <>
      <PageHead
        title={<Value text={view.name} path={false} />}
        about={`${view.shared_at ? 'Shared' : 'Personal'}, of ${view.owner_name}, version ${view.version}`}
      >
        <Link className="btn primary" to={view.address}>
          Open view
        </Link>
        {mayWrite && (
          <>
            <Link className="btn" to={`/views/new?from=${view.id}`}>
              Copy
            </Link>
            <Link
              className="btn"
              to={`/views/send?${new URLSearchParams({ address: view.address, title: view.name })}`}
            >
              Send
            </Link>
            <Confirm ask="Delete" act="Delete view" intent="delete" id={view.id}>
              Delete “{view.name}”? {view.shared_at ? 'Nobody in this tenant will have it.' : ''}
            </Confirm>
          </>
        )}
      </PageHead>
      {said && (
        <Notice kind="done" role="status">
          {said}
        </Notice>
      )}
      <p className="pb-2">
        <Value text={view.address} path={false} />
      </p>
      <p className="muted pb-3">
        Last changed <FullTime at={view.updated_at} />
      </p>
      <Clash refusal={refusal} names={{ name: 'Name', description: 'Description', audience: 'For whom' }} />
      {mayWrite && (
        <SchemaForm fields={fields} values={values} submit="Save changes" failed="The view was not changed.">
          <input type="hidden" name="version" value={refusal?.fields['stored.version'] ?? view.version} />
        </SchemaForm>
      )}
    </>
  )
}
