import { useLoaderData } from '@remix-run/react'
import { RarestThings } from '#app/components/host-portrait.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { WholeValue } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { quietlyAsSection } from '#app/lib/aside.ts'
import { titledBy } from '#app/lib/title.ts'
import { HostId } from '#server/modules/hosts/schema.ts'

type Named = { host: { id: number; hostname: string } }
export const meta = titledBy(({ host }: Named) => `The rarest 25 · ${host.hostname}`)
export const handle = {
  trail: ({ host }: Named) => [
    { title: 'Hosts', to: '/hosts' },
    { title: host.hostname, to: `/hosts/${host.id}` },
    { title: 'The rarest 25' },
  ],
}

/** A page of its own, and what the host's page asks for once it stands. */
export const loader = load(async ({ api, params }) => {
  const { id } = HostId.parse({ id: params.hostId })
  const { host, ...rarest } = await api.portraits.rarest({ hostId: id })
  return { host, rarest }
})

export const clientLoader = quietlyAsSection

export default function RarestPage() {
  const { host, rarest } = useLoaderData<typeof loader>()
  return (
    <>
      <PageHead
        title={<WholeValue text={`The rarest 25: ${host.hostname}`} />}
        about="What the fewest hosts have: by the shape of a value, where it has one, and by the value itself"
      />
      <RarestThings {...rarest} />
    </>
  )
}
