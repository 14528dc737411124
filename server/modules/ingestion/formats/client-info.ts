import { instant, objectOf, text, texts } from './context-values.ts'

export type FactName =
  | 'hostname'
  | 'fqdn'
  | 'os'
  | 'os_release'
  | 'architecture'
  | 'address'
  | 'mac'
  | 'label'
  | 'client_version'
  | 'machine_id'

/** What an archive says of the machine its rows are of. */
export type ClientInfo = {
  clientId: string
  hostname: string
  /** The machine's own id, which tells the host of offline collections that bear no client id. */
  machineId: string
  seenAt: Date | null
  facts: { fact: FactName; value: string }[]
}

/**
 * Reads client_info.json in either shape: the server's record of a client, or what an offline collector's info() says.
 * Throws when it is no JSON object.
 */
export function readClientInfo(json: string): ClientInfo {
  const said = objectOf(json)
  return 'Hostname' in said || 'HostID' in said ? ofCollector(said) : ofServer(said)
}

function ofServer(said: Record<string, unknown>): ClientInfo {
  const os = (said.os_info ?? {}) as Record<string, unknown>
  const agent = (said.agent_information ?? {}) as Record<string, unknown>
  const hostname = text(said.hostname ?? os.hostname)
  const fqdn = text(said.fqdn ?? os.fqdn)
  return {
    clientId: text(said.client_id),
    hostname: hostname || fqdn,
    machineId: '',
    seenAt: instant(said.ping ?? said.last_seen_at),
    facts: named({
      hostname: [hostname],
      fqdn: [fqdn],
      os: [text(said.system ?? os.system)],
      os_release: [text(said.release ?? os.release)],
      architecture: [text(said.architecture ?? os.machine)],
      address: [withoutPort(text(said.ip_address ?? said.last_ip))],
      mac: texts(said.mac_addresses ?? os.mac_addresses),
      label: texts(said.labels),
      client_version: [text(said.client_version ?? agent.version)],
    }),
  }
}

function ofCollector(said: Record<string, unknown>): ClientInfo {
  const release = [text(said.Platform), text(said.PlatformVersion)].filter((part) => part !== '').join(' ')
  return {
    clientId: text(said.ClientId),
    hostname: text(said.Hostname) || text(said.Fqdn),
    machineId: text(said.HostID),
    seenAt: null,
    facts: named({
      hostname: [text(said.Hostname)],
      fqdn: [text(said.Fqdn)],
      os: [text(said.OS)],
      os_release: [release],
      architecture: [text(said.Architecture)],
      mac: texts(said.MACAddresses),
      label: texts(said.Labels),
      client_version: [text(said.Version)],
      machine_id: [text(said.HostID)],
    }),
  }
}

const named = (facts: Partial<Record<FactName, string[]>>) =>
  Object.entries(facts).flatMap(([fact, values]) =>
    values.filter((value) => value !== '').map((value) => ({ fact: fact as FactName, value })),
  )

const withoutPort = (address: string) => address.replace(/^\[(.*)\](?::\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1')
