import type { TenantRows } from '#server/platform/telemetry.ts'

export type ArtifactSeen = { batch_id: number; artifact: string; rows: number; newest_ms: number | null }
export type ColumnSeen = { batch_id: number; artifact: string; name: string; kinds: string[] }

const OWN = 'tenant_id = {tenant:UInt64} and batch_id in {batches:Array(UInt64)}'
// Lines are read by stretches of this many, so that what lies between is skipped unread.
const STRETCH = 512

/** How many rows of each artifact each delivery stored, and the newest dated one that is not ahead of its arrival. */
export const artifactsSeen = (rows: TenantRows, batches: number[]): Promise<ArtifactSeen[]> =>
  rows.select(
    `select batch_id, artifact, count() as rows,
       toUnixTimestamp64Milli(maxIf(event_time, event_time <= ingested_at)) as newest_ms
     from rows where ${OWN} group by batch_id, artifact order by batch_id, artifact`,
    { batches },
    { seconds: 60, maxRows: 1_000_000 },
  )

/**
 * The top-level columns of each artifact in each delivery with the kinds of their values, from about 5,000 rows spread
 * over it: all rows of an artifact come from one query and have the same columns. null is no kind.
 */
export const columnsSeen = (rows: TenantRows, batches: number[]): Promise<ColumnSeen[]> =>
  rows.select(
    `select batch_id, artifact, column.1 as name, groupUniqArrayIf(kind, kind != '') as kinds
     from (
       select batch_id, artifact, arrayJoin(JSONExtractKeysAndValuesRaw(raw)) as column, substring(column.2, 1, 1) as first,
         multiIf(first = '"', 'text', first = '{', 'object', first = '[', 'list', first in ('t', 'f'), 'true or false',
           first = 'n', '', match(column.2, '[.eE]'), 'number', 'whole number') as kind
       from rows any inner join (
         select batch_id, artifact, intDiv(count(), 5000) + 1 as every from rows where ${OWN} group by batch_id, artifact
       ) as amount using (batch_id, artifact)
       where ${OWN} and intDiv(line, ${STRETCH}) % every = 0)
     where length(name) <= 255
     group by batch_id, artifact, name order by batch_id, artifact, count() desc, name
     limit 600 by batch_id, artifact limit 200000`,
    { batches },
    { seconds: 60, maxRows: 200_000 },
  )
