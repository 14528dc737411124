import type { TenantRows } from '#server/platform/telemetry.ts'
import { MOST_FINDS } from './schema.ts'

const SECONDS = 2
// The last character there is: what begins with a text sorts before the text followed by it.
const LAST = '\u{10ffff}'

/** Values of any type that begin with `q`, as it is typed or in lower case: a range of the sorting key for each type. */
export function valuesFrom(rows: TenantRows, types: string[], q: string): Promise<{ type: string; value: string }[]> {
  const folded = q.toLowerCase()
  return rows.select(
    `select type, value from sightings
     where tenant_id = {tenant:UInt64} and type in {types:Array(String)}
       and ((value >= {q:String} and value < {end:String}) or (value >= {folded:String} and value < {foldedEnd:String}))
       and length(value) <= 2000
     group by type, value order by length(value), value limit ${MOST_FINDS}`,
    { types, q, end: q + LAST, folded, foldedEnd: folded + LAST },
    { seconds: SECONDS, maxRows: 100 },
  )
}
