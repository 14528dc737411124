/** What a column can be, as a person reads it. */
export const ROLE_NAMES: [value: string, title: string][] = [
  ['none', 'nothing of these'],
  ['time', 'time'],
  ['host', 'host'],
  ['user', 'user'],
  ['path', 'path'],
  ['command', 'command line'],
  ['process', 'process'],
  ['hash', 'hash'],
  ['ip', 'IP address'],
  ['domain', 'domain'],
  ['url', 'URL'],
  ['rule', 'rule'],
]
export const roleName = (role: string) => ROLE_NAMES.find(([value]) => value === role)?.[1] ?? role

/** The columns of a submitted map: `path.0`, `role.0`, `label.0` and so on, and which of them dates the row. */
export function mapIn(form: Record<string, string>) {
  const columns: { path: string; role: string; label?: string }[] = []
  for (let at = 0; form[`path.${at}`] !== undefined; at++) {
    const [role, label] = [form[`role.${at}`] ?? 'none', form[`label.${at}`]]
    columns.push({ path: form[`path.${at}`]!, role, ...(role === 'time' && label ? { label } : {}) })
  }
  return { columns, ...(form.dates ? { dates: form.dates } : {}) }
}
