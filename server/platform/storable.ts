/** JSON text as PostgreSQL can hold it: NUL and half a surrogate pair, which a hostile host can report, become U+FFFD. */
export const storable = (json: string) =>
  json.replace(/(\\\\)|\\u(0000|d[89a-f][0-9a-f]{2})/gi, (found, backslash) => (backslash ? found : '\\ufffd'))
