import { z } from 'zod'
import { ById, blank, Id, line, listInput, Slice } from '#server/platform/input.ts'

export const HostId = ById
export const Hostname = line(255).meta({ title: 'Hostname' })
export const Address = z.union([z.ipv4(), z.ipv6()], 'Must be an IPv4 or IPv6 address.')

export const NewHost = z.object({
  hostname: Hostname,
  ip_address: z.preprocess(blank, Address.nullish()).meta({ title: 'Address' }),
  os: z.preprocess(blank, line(100).nullish()).meta({ title: 'Operating system' }),
  host_metadata: z.record(z.string().max(255), z.json()).nullish(),
})
/** The fields a person fills in. */
export const HostForm = NewHost.omit({ host_metadata: true })

export const HostLabel = z.object({ id: Id, label: line(255).meta({ title: 'Label' }) })

const word = (max: number) => z.preprocess(blank, line(max).optional())

/** `org`: the id that client ids end with; `root` means those that end with none. */
export const HostList = listInput(['last_seen_at', 'hostname', 'created_at'], {
  os: word(100),
  org: word(255),
  label: word(255),
})

/** The REST bridge's list: filters match parts of the value, whatever the case. */
export const HostSlice = Slice.extend({
  hostname: word(255),
  os: word(100),
  ip_address: word(45),
  sort_by: z.enum(['id', 'hostname', 'ip_address', 'os', 'created_at', 'last_seen']).default('id'),
  sort_desc: z.preprocess(asFlag, z.boolean().default(false)),
})

function asFlag(value: unknown): unknown {
  const word = typeof value === 'string' ? value.toLowerCase() : value
  if (word === 'true' || word === '1') return true
  return word === 'false' || word === '0' ? false : value
}
