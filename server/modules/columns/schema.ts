import { z } from 'zod'
import { line } from '#server/platform/input.ts'

/** What a column can be. All but `time` become sightings of that type. */
export const ROLES = [
  'time',
  'host',
  'user',
  'path',
  'command',
  'hash',
  'ip',
  'domain',
  'url',
  'process',
  'rule',
] as const
export type Role = (typeof ROLES)[number]

/**
 * One column of an artifact: its path, what it is, and for a time which. `list`: its value is an array. The first time of
 * a map dates the row.
 */
export type MappedColumn = { path: string; role: Role; label?: string; list?: boolean }

/** Where a time of a row stands: its column, and the text there, of a very long one the start. */
export type TimeSource = { column: string; text: string }

/** Who says what a column is: the list we come with, the tenant, or its name. */
export type MappedBy = 'catalogue' | 'tenant' | 'name'

/** The times a form offers; a map may hold others. */
export const TIME_LABELS = [
  'created', 'modified', 'changed', 'accessed', 'run', 'started', 'ended', 'logged', 'seen', 'deleted', 'downloaded',
  'visited', 'installed', 'logged on', 'logged off',
] as const // biome-ignore format: a list to read across

/** A key may hold anything, but the engine reads `:Type`, `^` and `[]` as its own. */
export const isPath = (path: string) =>
  !/\p{Cc}/u.test(path) && path.split('.').every((key) => key !== '' && !/^[:^@]|\[\]/.test(key))

const Correction = z.object({
  path: line(500).refine(isPath, 'Not the name of a column.'),
  role: z.enum([...ROLES, 'none']),
  label: line(40).optional(),
  list: z.boolean().optional(),
})
/** What a tenant says of one column; `none`: it is nothing of these. */
export type Correction = z.infer<typeof Correction>

export const OfArtifact = z.object({ artifact: line(255) })
/** A tenant's whole word on an artifact. `dates`: the path of the time that dates the row, where it differs. */
export const ColumnMapEdit = OfArtifact.extend({
  columns: z.array(Correction).max(500),
  dates: line(500).optional(),
})
export type ColumnMapEdit = z.infer<typeof ColumnMapEdit>
export type Corrections = Pick<ColumnMapEdit, 'columns' | 'dates'>
