/** The token in an Authorization header. Scheme names in any casing: Elastic clients write ApiKey, Velociraptor APIKey. */
export function tokenIn(
  header: string | undefined,
  schemes: readonly string[],
): { token: string } | 'no token' | 'other scheme' {
  const [, scheme = '', said = ''] = header?.match(/^([a-z]+) +(\S+) *$/i) ?? []
  if (!header?.trim()) return 'no token'
  if (!schemes.includes(scheme.toLowerCase())) return 'other scheme'
  return { token: scheme.toLowerCase() === 'basic' ? passwordIn(said) : said }
}

/** Behind the first colon of what Basic carries; the name before it says nothing to us. */
function passwordIn(encoded: string): string {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  return text.slice(text.indexOf(':') + 1)
}
