export type StackView = {
  /** Null: every artifact; the columns are then names of the query language, such as process.name. */
  artifact?: string | null
  columns: string[]
  q?: string | null
  label?: string | null
  by?: 'rare' | 'common'
  shape?: boolean
  hide?: 'decided' | null
  /** A moment in UTC, or `last`: since the last remembered run of this stack. */
  since?: string | null
}

/** The address of a stack: these columns over distinct hosts, the rarest first unless said otherwise. */
export function stackLink({ artifact, columns, q, label, by, shape, hide, since }: StackView): string {
  const to = new URLSearchParams()
  const put = (name: string, value: string | null | undefined) => value && to.set(name, value)
  put('artifact', artifact)
  for (const column of columns.slice(0, MOST_COLUMNS)) to.append('columns', column)
  put('q', q)
  put('label', label)
  put('by', by)
  put('shape', shape ? '1' : null)
  put('hide', hide)
  put('since', since)
  return to.size === 0 ? '/stacks' : `/stacks?${to}`
}

export const MOST_COLUMNS = 4
