import { z } from 'zod'
import { ById, blank, line, listInput } from '#server/platform/input.ts'

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

export const HostList = listInput(['last_seen_at', 'hostname', 'created_at'], {
  os: z.preprocess(blank, line(100).optional()),
})
