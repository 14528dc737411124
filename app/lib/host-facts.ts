export type Fact = {
  host_id: number
  fact: string
  value: string
  first_seen_at: Date
  last_seen_at: Date
  batch_id: number | null
}

const TITLES: Record<string, string> = {
  hostname: 'Hostname',
  fqdn: 'FQDN',
  os: 'Operating system',
  os_release: 'Release',
  architecture: 'Architecture',
  client_version: 'Client version',
  machine_id: 'Machine id',
  address: 'Address',
  mac: 'Network card',
  label: 'Label',
  org: 'Org',
  user: 'User',
}
const ORDER = Object.keys(TITLES)
// A host has several of these at a time: all that its last report named.
const SEVERAL = ['address', 'mac', 'label', 'user']

export const titleOf = (fact: string) => TITLES[fact] ?? fact

/** What is so now, by kind, and what was so before, newest first. Labels stand elsewhere: people change them too. */
export function nowAndBefore(history: Fact[]): { now: Fact[]; before: Fact[] } {
  const newest = new Map<string, Fact>()
  for (const fact of history) {
    const known = newest.get(keyOf(fact))
    if (!known || fact.last_seen_at > known.last_seen_at) newest.set(keyOf(fact), fact)
  }
  const isNow = (fact: Fact) => {
    const last = newest.get(keyOf(fact))
    return SEVERAL.includes(fact.fact) ? fact.last_seen_at.getTime() === last?.last_seen_at.getTime() : fact === last
  }
  const shown = history.filter(({ fact }) => fact !== 'label')
  return { now: shown.filter(isNow).sort(byKind), before: shown.filter((fact) => !isNow(fact)) }
}

const keyOf = ({ host_id, fact }: Fact) => `${host_id} ${fact}`

const byKind = (a: Fact, b: Fact) => rank(a) - rank(b) || a.fact.localeCompare(b.fact) || a.value.localeCompare(b.value)
const rank = ({ fact }: Fact) => (ORDER.includes(fact) ? ORDER.indexOf(fact) : ORDER.length)
