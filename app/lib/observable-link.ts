/** A typed value in its one form. */
export type Observed = { type: string; value: string }

/** The address of a value's dossier. */
export const dossierLink = ({ type, value }: Observed) => `/observables?${new URLSearchParams({ type, value })}`

// What asks every column of a type; a host's name stands anywhere.
const FIELDS: Record<string, string> = {
  process: 'process.name',
  command: 'process.command_line',
  path: 'file.path',
  hash: 'hash',
  ip: 'ip',
  domain: 'domain',
  url: 'url',
  user: 'user.name',
  rule: 'rule.name',
}

/** The query for rows that have a value in a column of its type; null for a value that is known by its hash alone. */
export function valueQuery({ type, value }: Observed): string | null {
  if (value.startsWith('sha256:') || value.length > 1000) return null
  const quoted = `"${value.replace(/"/g, '""')}"`
  return FIELDS[type] ? `${FIELDS[type]}:${quoted}` : quoted
}

/** What a type is called beside a value. */
export const typeName = (type: string) =>
  ({ ip: 'address', command: 'command line', process: 'process', rule: 'rule', host: 'host name' })[type] ?? type
