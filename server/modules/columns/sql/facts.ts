import { INVENTORY } from '../catalogue/inventory.ts'
import { cleanSql } from './canonical.ts'
import { ip } from './network.ts'
import { literal, literals, textAt, valueAt } from './paths.ts'

/** The artifacts whose rows tell of their host. */
export const TELLING = Object.keys(INVENTORY)

/** SQL: what rows say of their hosts, each once, with the newest delivery that says it. `where` chooses the rows. */
export function factsSql(where: string): string {
  const facts = Object.entries(INVENTORY).map(
    ([artifact, said]) =>
      `artifact = ${literal(artifact)}, arrayConcat(${Object.entries(said)
        .map(([fact, paths]) => saidBy(fact, paths))
        .join(', ')})`,
  )
  return `select host_id, told.1 as fact, told.2 as value, max(batch_id) as batch_id
    from (select host_id, batch_id, arrayJoin(multiIf(${facts.join(', ')}, [])) as told
      from rows where tenant_id = {tenant:UInt64} and artifact in ${literals(TELLING)} and ${where})
    where value != '' group by host_id, fact, value order by host_id, fact, value`
}

/** An array of (fact, value). */
function saidBy(fact: string, paths: readonly string[]): string {
  const single = paths.filter((path) => !path.endsWith('[]'))
  const lists = paths.filter((path) => path.endsWith('[]')).map((path) => elementsAt(path.slice(0, -2)))
  const texts = [
    ...(single.length > 0
      ? [`[arrayStringConcat(arrayFilter(v -> v != '', [${single.map(textAt).join(', ')}]), ' ')]`]
      : []),
    ...lists,
  ]
  const value = fact === 'address' ? ip.sql(cleanSql('v')) : cleanSql('v')
  return `arrayMap(v -> (${literal(fact)}, ${value}), arrayConcat(${texts.join(', ')}))`
}

const elementsAt = (path: string) => `arrayMap(v -> ifNull(v, ''), ${valueAt(path)}.:\`Array(Nullable(String))\`)`
