import type { Ruling } from '#app/components/verdict-mark.tsx'
import { foldedQuery, type LineColumn, lineQuery } from '#app/lib/line-query.ts'
import { fieldNamed } from '#app/lib/query-text.ts'
import type { Said } from '#server/modules/language/schema.ts'

export type StackColumn = { name: string; type: string | null; path: string; network: boolean; canonical: boolean }
export type StackLine = {
  values: string[]
  hosts: number
  open_hosts: number
  rows: number
  variants: number
  spellings: string[][]
  first_ms: number | null
  last_ms: number | null
  at: { key: string }
  on: { id: number; hostname: string }[]
  cut: boolean
  observable: { type: string; value: string; shape: string } | null
  verdict: Ruling | null
}
export type Stack = {
  /** The column whose values are decided about. */
  decides: string | null
  lines: StackLine[]
  columns: StackColumn[]
  known: { path: string; role: string | null }[]
  levels: { hosts: number; values: number; rows: number; open: number; shown: number }[]
  asked: number
  labels: { label: string; hosts: number }[]
  said: Said[]
  run: { ran_at: Date; run_by_name: string; up_to: number } | null
  upTo: number
  seenAt: Date
  next: string | null
  took_ms: number
}
export type StackList = {
  artifact?: string | undefined
  columns: string[]
  q?: string | undefined
  label?: string | undefined
  shape: boolean
  by: 'rare' | 'common'
  hide?: 'decided' | undefined
  since?: Date | 'last' | undefined
  limit: number
}

/** How a query names a column of a stack. */
export const asField = ({ name, path, network, canonical }: StackColumn): LineColumn => ({
  field: canonical ? name.replace(/^net\((.+)\)$/s, '$1') : fieldNamed(path),
  network,
})

/** What was asked of the rows already, with the host group as a part of it. */
export function askedOf({ q, label }: Pick<StackList, 'q' | 'label'>): string {
  const group = label ? `host.label:"${label.replace(/"/g, '""')}"` : ''
  return q && group ? `(${q}) ${group}` : (q ?? group)
}

/** The query for the rows of a line, and whether it finds those and no others. */
export function rowsOf(
  list: StackList,
  columns: StackColumn[],
  line: Pick<StackLine, 'values' | 'spellings' | 'variants'>,
) {
  const fields = columns.map(asField)
  if (!list.shape) return lineQuery(fields, line.values, askedOf(list))
  const complete = line.spellings.length === line.variants
  return foldedQuery(fields, line.values, line.spellings, complete, askedOf(list))
}
