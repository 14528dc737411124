/** Facts of which a host has one at a time are the host's own columns too; those it has several of are not. */
export const SEVERAL = ['address', 'mac', 'label', 'user'] as const

/** Something that was said of a host. `seen_at`: when it was so, where the sender says; null means on arrival. */
export type HostFact = {
  host_id: number
  fact:
    | 'hostname'
    | 'fqdn'
    | 'os'
    | 'os_release'
    | 'architecture'
    | 'client_version'
    | 'machine_id'
    | 'org'
    | (typeof SEVERAL)[number]
    | (string & {})
  value: string
  seen_at: Date | null
  /** The delivery that said it; null when a person did. */
  batch_id: number | null
}
