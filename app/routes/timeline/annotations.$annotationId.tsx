import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Clash } from '#app/components/clash.tsx'
import { SchemaForm, useRefusal } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { PostForm } from '#app/components/post-form.tsx'
import { ExactTime } from '#app/components/time.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { titled } from '#app/lib/title.ts'
import { withDeed } from '#app/lib/verdict-deeds.ts'
import { AnnotationEdit, AnnotationEnd, AnnotationId } from '#server/modules/timeline/schema.ts'

export const meta = titled('Annotation')
export const handle = { trail: () => [{ title: 'Timeline', to: '/timeline' }, { title: 'Annotation' }] }

export const loader = load(async ({ api, params }) => ({
  annotation: await api.timeline.annotation(AnnotationId.parse({ id: params.annotationId })),
  fields: fieldsOf(AnnotationEdit, {
    at: { title: 'When', kind: 'text', mono: true, required: true, hint: 'UTC where no zone is named.' },
    text: { title: 'What happened', kind: 'long', required: true },
  }),
}))

// What is refused for a clash is shown beside what is stored by then.
export const shouldRevalidate = () => true

export const action = act(async ({ api, params, form }) => {
  const { id } = AnnotationId.parse({ id: params.annotationId })
  if (form.intent === 'remove') {
    const { happened_at, undo } = await api.timeline.remove(AnnotationEnd.parse({ id, version: form.version }))
    return redirect(withDeed(timelineLink({ at: happened_at }), { what: 'removed', count: 1, token: undo }))
  }
  const { happened_at } = await api.timeline.edit(AnnotationEdit.parse({ ...form, id }))
  return redirect(timelineLink({ at: happened_at }))
})

export default function AnnotationPage() {
  const { annotation, fields } = useLoaderData<typeof loader>()
  const [edited, removed] = [useRefusal('edit'), useRefusal('remove')]
  const refusal = edited ?? removed
  // Saved again after a clash, the words of this form stand over those that were shown beside it.
  const version = refusal?.fields['stored.version'] ?? String(annotation.version)
  const by = annotation.edited_by_name ?? annotation.written_by_name
  return (
    <>
      <PageHead
        title="Annotation"
        about={
          <>
            <ExactTime at={annotation.happened_at} />, by {by}
          </>
        }
      >
        <Link className="btn" to={timelineLink({ at: annotation.happened_at })}>
          In the timeline
        </Link>
      </PageHead>
      <Clash refusal={refusal} names={{ at: 'When', text: 'What happened' }} />
      <SchemaForm
        fields={fields}
        values={{ at: annotation.happened_at.toISOString(), text: annotation.text }}
        submit="Save annotation"
        failed="The annotation was not changed."
        intent="edit"
        cancel="/timeline"
        tall
      >
        <input type="hidden" name="version" value={version} />
      </SchemaForm>
      <PostForm className="pt-4">
        <input type="hidden" name="intent" value="remove" />
        <input type="hidden" name="version" value={version} />
        <button type="submit" className="btn danger">
          Remove annotation
        </button>
      </PostForm>
    </>
  )
}
