import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Clash } from '#app/components/clash.tsx'
import { SchemaForm, useRefusal } from '#app/components/form.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { titledBy } from '#app/lib/title.ts'
import { HostId } from '#server/modules/hosts/schema.ts'
import { ClockOffset } from '#server/modules/timeline/schema.ts'

type Named = { clock: { hostname: string } }
export const meta = titledBy(({ clock }: Named) => `Clock of ${clock.hostname}`)
export const handle = {
  trail: ({ clock }: Named) => [{ title: 'Timeline', to: '/timeline' }, { title: clock.hostname }],
}

export const loader = load(async ({ api, params }) => ({
  clock: await api.timeline.clock({ hostId: HostId.parse({ id: params.hostId }).id }),
  fields: fieldsOf(ClockOffset, {
    seconds: {
      title: 'Seconds to add',
      kind: 'text',
      mono: true,
      required: true,
      hint: 'To what the clock of this host says, to get the true time. 120 for a clock two minutes slow, -120 for one two minutes fast, 0 for a right one.',
    },
    reason: { title: 'Reason', required: true },
  }),
}))

// What is refused for a clash is shown beside what is stored by then.
export const shouldRevalidate = () => true

export const action = act(async ({ api, params, form }) => {
  const { id } = HostId.parse({ id: params.hostId })
  await api.timeline.setClock(ClockOffset.parse({ ...form, hostId: id }))
  return redirect(timelineLink({ host: id }))
})

export default function ClockPage() {
  const { clock, fields } = useLoaderData<typeof loader>()
  const refusal = useRefusal('clock')
  const said = clock.set_by_name ? `Set by ${clock.set_by_name}` : 'Nothing is said of it yet'
  return (
    <>
      <PageHead
        title={`Clock of ${clock.hostname}`}
        about={`${said}. Applied when its rows are read in a timeline; no stored time is changed.`}
      />
      <Clash refusal={refusal} names={{ seconds: 'Seconds to add', reason: 'Reason' }} />
      <SchemaForm
        fields={fields}
        values={{ seconds: String(clock.seconds), reason: clock.reason ?? '' }}
        submit="Set the clock"
        failed="The clock was not set."
        intent="clock"
        cancel={timelineLink({ host: clock.host_id })}
      >
        <input type="hidden" name="version" value={refusal?.fields['stored.version'] ?? String(clock.version)} />
      </SchemaForm>
    </>
  )
}
