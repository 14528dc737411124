import type { ReactNode } from 'react'

type AsTable = {
  caption: string
  columns: string[]
  numbers: number
  title?: string
  children: ReactNode
  more?: ReactNode
  open?: true
}

/** A chart's figures for who cannot see it, behind one line; the last `numbers` columns are figures. `more`: what follows. */
export const AsTable = ({ caption, columns, numbers, title = 'Show as table', children, more, open }: AsTable) => (
  <details className="pt-1" open={open}>
    <summary className="link inline-block min-h-6">{title}</summary>
    <table className="ledger max-w-[34rem]">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          {columns.map((name, at) => (
            <th key={name} scope="col" className={at >= columns.length - numbers ? 'r' : undefined}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
    {more}
  </details>
)
