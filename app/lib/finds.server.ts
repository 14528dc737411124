import type { Find } from './finds.ts'
import { dossierLink } from './observable-link.ts'
import { viewTitle } from './view-address.ts'

type Found = {
  hosts: { id: number; hostname: string }[]
  views: { id: number; name: string; address: string }[]
  values: { type: string; value: string }[] | null
}

/** What the server found, each with where it leads. */
export const asFinds = ({ hosts, views, values }: Found): Find[] => [
  ...views.map(({ name, address }) => ({
    kind: 'view',
    title: name,
    to: address,
    about: viewTitle(address) ?? address,
  })),
  ...hosts.map(({ id, hostname }) => ({ kind: 'host', title: hostname, to: `/hosts/${id}`, about: 'host' })),
  ...(values ?? []).map(({ type, value }) => ({
    kind: 'value',
    title: value,
    to: dossierLink({ type, value }),
    about: type,
  })),
]
