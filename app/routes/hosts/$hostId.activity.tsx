import { useLoaderData } from '@remix-run/react'
import { HostActivity } from '#app/components/host-portrait.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { WholeValue } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { quietlyAsSection } from '#app/lib/aside.ts'
import { titledBy } from '#app/lib/title.ts'
import { HostId } from '#server/modules/hosts/schema.ts'

type Named = { host: { id: number; hostname: string } }
export const meta = titledBy(({ host }: Named) => `Activity · ${host.hostname}`)
export const handle = {
  trail: ({ host }: Named) => [
    { title: 'Hosts', to: '/hosts' },
    { title: host.hostname, to: `/hosts/${host.id}` },
    { title: 'Activity' },
  ],
}

/** A page of its own, and what the host's page asks for once it stands. */
export const loader = load(async ({ api, params }) => {
  const { id } = HostId.parse({ id: params.hostId })
  return api.portraits.activity({ hostId: id })
})

export const clientLoader = quietlyAsSection

export default function ActivityPage() {
  const { host, activity } = useLoaderData<typeof loader>()
  return (
    <>
      <PageHead
        title={<WholeValue text={`Activity: ${host.hostname}`} />}
        about="Events per hour (UTC), the four weeks to its newest"
      />
      <HostActivity activity={activity} hostId={host.id} />
    </>
  )
}
