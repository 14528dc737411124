import type { ReactNode } from 'react'

/** What is known, by name, in the order it is told. */
export type Known = Record<string, ReactNode>

/** The facts strip of a record: label over value, hairlines between. */
export const Facts = ({ facts }: { facts: Known }) => (
  <dl className="facts">
    {Object.entries(facts).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)

/** Names and values down a column, one hairline each. */
export const Pairs = ({ pairs }: { pairs: Known }) => (
  <dl className="pairs">
    {Object.entries(pairs).map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)

/** The fields of a hostile object as known values, each drawn by `draw`. */
export const knownOf = <T,>(fields: Record<string, T>, draw: (value: T) => ReactNode): Known =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, draw(value)]))
