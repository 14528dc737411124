import type { MetaFunction } from '@remix-run/react'

const NAME = 'VelociCompanion'

/** The document title of a page; the server says what the record is called. */
export const titled =
  (name: string): MetaFunction =>
  () => [{ title: `${name} · ${NAME}` }]

/** The title of a page about one record, read from its loader data. */
export const titledBy =
  <Data>(name: (data: Data) => string): MetaFunction =>
  ({ data, error }) => [{ title: `${data && !error ? name(data as Data) : 'Not found'} · ${NAME}` }]
