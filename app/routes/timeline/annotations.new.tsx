import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { titled } from '#app/lib/title.ts'
import { NewAnnotation } from '#server/modules/timeline/schema.ts'

export const meta = titled('New annotation')
export const handle = { trail: () => [{ title: 'Timeline', to: '/timeline' }, { title: 'New annotation' }] }

export const loader = load(async ({ api, query }) => {
  const { at = '', host = '', row = '' } = query
  const id = Number(host)
  return {
    values: { at, text: '' },
    host,
    row,
    about: host && Number.isSafeInteger(id) ? (await api.hosts.get({ id })).hostname : null,
    fields: fieldsOf(NewAnnotation, {
      at: {
        title: 'When',
        kind: 'text',
        mono: true,
        required: true,
        hint: 'Such as 2026-02-05 13:57:02, or with a zone: 2026-02-05 13:57 Europe/Vienna. UTC without one.',
      },
      text: { title: 'What happened', kind: 'long', required: true },
    }),
  }
})

export const action = act(async ({ api, form }) => {
  const { host, row, ...said } = form
  const { happened_at, host_id } = await api.timeline.annotate(
    NewAnnotation.parse({ ...said, ...(host ? { hostId: host } : {}), ...(row ? { rowId: row } : {}) }),
  )
  return redirect(timelineLink({ at: happened_at, host: host ? host_id : null }))
})

export default function NewAnnotationPage() {
  const { fields, values, host, row, about } = useLoaderData<typeof loader>()
  const of = row ? 'About one row, and its host' : about ? `On ${about}` : 'On no host'
  return (
    <>
      <PageHead title="New annotation" about={`${of}. It stands among the events, at the time you say.`} />
      <SchemaForm
        fields={fields}
        values={values}
        submit="Add annotation"
        failed="The annotation was not added."
        cancel="/timeline"
        tall
      >
        {host && <input type="hidden" name="host" value={host} />}
        {row && <input type="hidden" name="row" value={row} />}
      </SchemaForm>
    </>
  )
}
