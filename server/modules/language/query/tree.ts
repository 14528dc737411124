import type { Span, Tree } from './draft.ts'

/** Paths in the row, in these artifacts or (null) in all. */
export type Source = { artifacts: string[] | null; paths: string[] }

/** Where a term looks. `values`: in the row; `shape` takes only what looks like this out of them. */
export type Field =
  | { of: 'values'; name: string; sources: Source[]; shape?: string | undefined }
  | { of: 'artifact' | 'delivery' | 'flow' | 'hunt' | 'received' | 'tag'; name: string }
  | { of: 'time'; name: string; label?: string | undefined }
  | { of: 'host'; name: string; by: 'any' | 'name' | 'client' | 'label' }

export type Limit = { value: string; inclusive: boolean }
export type Part = { text: string } | { any: '*' | '?' }

/** What a value must be. Numbers are decimal text, times milliseconds since 1970 (UTC), addresses IPv6 (mapped for IPv4). */
export type Test =
  | { is: 'exists' }
  | { is: 'equals'; text: string; number: string | null }
  | { is: 'like'; parts: Part[] }
  | { is: 'matches'; pattern: string }
  | { is: 'between'; type: 'number' | 'time' | 'address'; from: Limit | null; to: Limit | null }
  | { is: 'network'; text: string; first: string; last: string }

export type Term = Span & { kind: 'term'; field: Field | null; test: Test }

/** A query that is understood: every name looked up, every value read. */
export type Query = Tree<Term>

/** The terms of a tree, left to right. */
export function termsOf<Leaf extends object>(tree: Tree<Leaf>): Leaf[] {
  if ('parts' in tree) return tree.parts.flatMap((part) => termsOf(part))
  if ('part' in tree) return termsOf(tree.part)
  return [tree]
}

/** The same tree with each leaf replaced by a tree. */
export function mapped<From extends object, To>(tree: Tree<From>, leaf: (from: From) => Tree<To>): Tree<To> {
  if ('parts' in tree) return { kind: tree.kind, parts: tree.parts.map((part) => mapped(part, leaf)) }
  if ('part' in tree) return { kind: 'not', part: mapped(tree.part, leaf) }
  return leaf(tree)
}
