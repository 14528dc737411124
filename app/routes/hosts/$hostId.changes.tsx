import { useLoaderData } from '@remix-run/react'
import { HostChanges } from '#app/components/host-portrait.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { WholeValue } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { quietlyAsSection } from '#app/lib/aside.ts'
import { titledBy } from '#app/lib/title.ts'
import { HostId } from '#server/modules/hosts/schema.ts'

type Named = { host: { id: number; hostname: string } }
export const meta = titledBy(({ host }: Named) => `What changed · ${host.hostname}`)
export const handle = {
  trail: ({ host }: Named) => [
    { title: 'Hosts', to: '/hosts' },
    { title: host.hostname, to: `/hosts/${host.id}` },
    { title: 'What changed' },
  ],
}

/** A page of its own, and what the host's page asks for once it stands. */
export const loader = load(async ({ api, params }) => {
  const { id } = HostId.parse({ id: params.hostId })
  return api.portraits.changes({ hostId: id })
})

export const clientLoader = quietlyAsSection

export default function ChangesPage() {
  const { host, changes } = useLoaderData<typeof loader>()
  return (
    <>
      <PageHead
        title={<WholeValue text={`What changed: ${host.hostname}`} />}
        about="Between the last two deliveries of each inventory"
      />
      <HostChanges changes={changes} host={host} />
    </>
  )
}
