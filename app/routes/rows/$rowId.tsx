import { useLoaderData } from '@remix-run/react'
import { PageHead } from '#app/components/page-head.tsx'
import { RowBody } from '#app/components/row-preview.tsx'
import { load } from '#app/lib/api.server.ts'
import { titledBy } from '#app/lib/title.ts'

type Named = { row: { artifact: string; hostname: string } }
export const meta = titledBy(({ row }: Named) => `${row.artifact} on ${row.hostname}`)
export const handle = { trail: ({ row }: Named) => [{ title: 'Rows', to: '/rows' }, { title: row.artifact }] }

export const loader = load(async ({ api, params }) => ({ row: await api.telemetry.row({ id: params.rowId ?? '' }) }))

const CAP = 200_000

export default function RowPage() {
  const { row } = useLoaderData<typeof loader>()
  return (
    <div className="max-w-[72rem]">
      <PageHead title={row.artifact} about={`One row of ${row.hostname}, exactly as it came`} />
      <RowBody row={row} cap={CAP} />
    </div>
  )
}
