/** A text as an SQL literal of the row engine. */
export const literal = (text: string) => `'${text.replace(/\\/g, '\\\\').replace(/'/g, "\\'").replace(/\0/g, '\\0')}'`

/** Texts as an SQL array of the row engine. */
export const literals = (texts: readonly string[]) => `[${texts.map(literal).join(', ')}]`

/** The value at a path of the JSON column `row`. Dots in a key and dots between keys are the same path. */
export const valueAt = (path: string) =>
  ['row', ...path.split('.').map((key) => `\`${key.replace(/\\/g, '\\\\').replace(/`/g, '\\`')}\``)].join('.')

/** That value as text: '' where there is none, an array as `['a','b']`. */
export const textAt = (path: string) => `ifNull(toString(${valueAt(path)}), '')`
