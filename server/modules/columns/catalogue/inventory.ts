/**
 * What rows of these artifacts say of their host: a fact and the paths that state it. Several paths are one value,
 * joined by a space; a path that ends in `[]` holds several values.
 */
export const INVENTORY: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'Generic.Client.Info/BasicInformation': {
    hostname: ['Hostname'],
    fqdn: ['Fqdn'],
    os: ['OS'],
    os_release: ['Platform', 'PlatformVersion'],
    architecture: ['Architecture'],
    client_version: ['Version'],
    label: ['Labels[]'],
    mac: ['MACAddresses[]'],
  },
  'Generic.Client.Info/WindowsInfo': {
    domain: ['Computer Info.Domain'],
    address: ['Network Info.IPAddresses[]'],
    mac: ['Network Info.MACAddress'],
  },
  'Generic.Client.Info/LinuxInfo': { address: ['Network Info.IPAddresses[]', 'IPAddresses[]'] },
  'Generic.Client.Info/Users': { user: ['Name'] },
}
