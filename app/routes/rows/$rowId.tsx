import { data } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { PageHead } from '#app/components/page-head.tsx'
import { RowNotes } from '#app/components/row-notes.tsx'
import { RowBody } from '#app/components/row-preview.tsx'
import { load } from '#app/lib/api.server.ts'
import { rowInFull } from '#app/lib/explore.server.ts'
import { titledBy } from '#app/lib/title.ts'
import { RowId } from '#server/modules/telemetry/schema.ts'

type Named = { row: { artifact: string; hostname: string } }
export const meta = titledBy(({ row }: Named) => `${row.artifact} on ${row.hostname}`)
export const handle = { trail: ({ row }: Named) => [{ title: 'Explore', to: '/rows' }, { title: row.artifact }] }

export const loader = load(async ({ api, params, requestId }) => {
  const asked = RowId.safeParse({ id: params.rowId })
  if (!asked.success) throw data({ message: 'No row has this address.', requestId }, { status: 404 })
  const [found, notes] = await Promise.all([rowInFull(api, asked.data.id), api.marks.ofRow({ rowId: asked.data.id })])
  return { ...found, notes }
})

const CAP = 200_000

export default function RowPage() {
  const { row, around, notes } = useLoaderData<typeof loader>()
  return (
    <div className="max-w-[72rem]">
      <PageHead title={row.artifact} about={`One row of ${row.hostname}, exactly as it came`} />
      <RowNotes row={row.id} notes={notes} starForm />
      <RowBody row={row} cap={CAP} around={around} />
    </div>
  )
}
