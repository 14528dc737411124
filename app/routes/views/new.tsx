import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Value } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titled } from '#app/lib/title.ts'
import { viewAddress, viewTitle } from '#app/lib/view-address.ts'
import { NewView, ViewId } from '#server/modules/views/schema.ts'

export const meta = titled('Save view')
export const handle = { trail: () => [{ title: 'Views', to: '/views' }, { title: 'Save view' }] }

const AUDIENCES = [
  { value: 'personal', title: 'only me' },
  { value: 'shared', title: 'everybody in this tenant' },
]

export const loader = load(async ({ api, query }) => {
  const copied = query.from ? await api.views.get(ViewId.parse({ id: query.from })) : null
  const address = copied?.address ?? viewAddress(query.address ?? '') ?? ''
  return {
    address,
    values: {
      name: copied ? `Copy of ${copied.name}`.slice(0, 100) : (viewTitle(address)?.slice(0, 100) ?? ''),
      description: copied?.description ?? '',
      audience: 'personal',
    },
    fields: fieldsOf(NewView, {
      name: { title: 'Name' },
      description: { title: 'Description', kind: 'long', required: false, maxLength: 2_000 },
      audience: { title: 'For whom', choices: AUDIENCES },
    }),
  }
})

export const action = act(async ({ api, form }) => {
  const { id } = await api.views.create(NewView.parse(form))
  return redirect(`/views/${id}?said=saved`)
})

export default function SaveViewPage() {
  const { address, values, fields } = useLoaderData<typeof loader>()
  if (address === '') return <NothingToSave />
  return (
    <>
      <PageHead title="Save view" about="An address under a name: whoever opens it sees what is there then." />
      <p className="pb-2 whole">
        <Value text={address} path={false} />
      </p>
      <SchemaForm
        fields={fields}
        values={values}
        submit="Save view"
        failed="The view was not saved."
        cancel={address || '/views'}
      >
        <input type="hidden" name="address" value={address} />
      </SchemaForm>
    </>
  )
}

const NothingToSave = () => (
  <>
    <PageHead title="Save view" />
    <Nothing
      title="Nothing to save yet"
      actions={
        <Link className="btn primary" to="/rows">
          Explore
        </Link>
      }
    >
      Ask something in Explore, Stack, Timeline or Compare; the button “Save view” there leads here.
    </Nothing>
  </>
)
