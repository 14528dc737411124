/** Where something stands in the text of a query: UTF-16 units from its beginning. */
export type Span = { at: number; length: number }
export type Unit = 's' | 'm' | 'h' | 'd' | 'w'

/** A moment as it was written, before zone and clock make an instant of it. */
export type Moment = Span &
  (
    | { is: 'now'; offsets: { count: number; unit: Unit }[] }
    | { is: 'date'; date: string; clock: string | null; zone: (Span & { name: string }) | null }
  )
export type When =
  | Moment
  | (Span & ({ is: 'last'; count: number; unit: Unit } | { is: 'day'; day: 'today' | 'yesterday' }))
export type Bound = Moment | (Span & { is: 'word'; text: string })
export type Comparison = '>' | '>=' | '<' | '<='
export type Piece = { text: string; quoted: boolean }

export type DraftTest =
  | When
  | (Span &
      (
        | { is: 'exists' }
        | { is: 'regex'; pattern: string }
        | { is: 'value'; pieces: Piece[] }
        | { is: 'compare'; compare: Comparison; bound: Bound }
        | { is: 'range'; from: Bound | null; to: Bound | null; open: '[' | '{'; close: ']' | '}' }
      ))

type Joined<Leaf> = { kind: 'and' | 'or'; parts: Tree<Leaf>[] } | { kind: 'not'; part: Tree<Leaf> }
/** Terms joined by AND, OR and NOT. */
export type Tree<Leaf> = Leaf | Joined<Leaf>

export type DraftList = Tree<{ kind: 'test'; test: DraftTest }>
export type DraftField = Span & { name: string }
export type DraftTerm = Span & {
  kind: 'term'
  field: DraftField | null
  test: DraftTest | { is: 'list'; of: DraftList }
}
/** What the grammar makes of a text: shape and places, nothing looked up yet. */
export type Draft = Tree<DraftTerm>
