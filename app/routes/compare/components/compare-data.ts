import type { Said } from '#server/modules/language/schema.ts'

export type Kind = 'new' | 'gone' | 'changed'
export type Change = {
  kind: Kind
  keys: string[]
  before: string[]
  after: string[]
  hosts: number
  at: { key: string }
  on: { id: number; hostname: string }[]
}
export type Comparison = {
  changes: Change[]
  totals: { kind: Kind; changes: number; rows: number; hosts: number }[]
  keys: string[]
  values: string[]
  ignored: string[]
  columns: { path: string; role: string | null; volatile: boolean }[]
  coverage: { both: number; only_before: number; only_after: number; unnamed: number }
  deliveries: { id: number; filename: string | null; artifact: string | null; created_at: Date; stored: number }[]
  said: Said[]
  next: string | null
  took_ms: number
}
export type ComparisonList = {
  artifact: string
  q?: string | undefined
  label?: string | undefined
  before?: number | undefined
  after?: number | undefined
  from?: Date | undefined
  to?: Date | undefined
  kind?: Kind | undefined
  by: 'rare' | 'common'
  limit: number
}
