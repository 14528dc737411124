import { useLoaderData } from '@remix-run/react'

/** What any Remix page costs: a loader without a database and a table of 25 rows. */
export const loader = () => ({ rows: Array.from({ length: 25 }, (_, n) => ({ n, name: `WS-${n}` })) })

export default function Page() {
  const { rows } = useLoaderData<typeof loader>()
  return (
    <table>
      <tbody>
        {rows.map(({ n, name }) => (
          <tr key={n}>
            <td>{n}</td>
            <td>{name}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
