import { data } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { Confirm } from '#app/components/confirm.tsx'
import { Link } from '#app/components/link.tsx'
import { MapFollowing } from '#app/components/map-following.tsx'
import { MapForm } from '#app/components/map-form.tsx'
import { MapPreview } from '#app/components/map-preview.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { WholeValue } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { mapIn } from '#app/lib/column-map.ts'
import { number } from '#app/lib/format.ts'
import { useLive } from '#app/lib/live.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { titledBy } from '#app/lib/title.ts'
import { useViewer } from '#app/lib/viewer.ts'
import { ColumnMapEdit, OfArtifact, TIME_LABELS } from '#server/modules/columns/schema.ts'

type Named = { map: { artifact: string } }
export const meta = titledBy(({ map }: Named) => map.artifact)
export const handle = {
  trail: ({ map }: Named) => [{ title: 'Artifacts', to: '/artifacts' }, { title: map.artifact }],
}

export const loader = load(async ({ api, params, requestId }) => {
  const asked = OfArtifact.safeParse(params)
  if (!asked.success) throw data({ message: 'No artifact has this address.', requestId }, { status: 404 })
  const map = await api.columns.get(asked.data)
  const columns = map.columns.map(({ path, role, label }) => ({
    path,
    role: role ?? ('none' as const),
    label: label ?? undefined,
  }))
  const preview = await api.columns.preview({ ...asked.data, columns, dates: map.dates ?? undefined })
  return { map, preview, labels: TIME_LABELS }
})

export const action = act(async ({ api, params, form }) => {
  const { artifact } = OfArtifact.parse(params)
  if (form.intent === 'reset') {
    await api.columns.reset({ artifact })
    return { did: 'reset' as const, edit: null, preview: null }
  }
  const edit = ColumnMapEdit.parse({ artifact, ...mapIn(form) })
  if (form.intent === 'preview') return { did: 'preview' as const, edit, preview: await api.columns.preview(edit) }
  await api.columns.save(edit)
  return { did: 'save' as const, edit: null, preview: null }
})

const DID = {
  save: 'The map is saved. Rows that come from now on follow it; stored rows follow in the background.',
  reset: 'The corrections are taken back. Stored rows follow in the background.',
  preview: 'Nothing is saved yet: this is what the map below would make of the newest rows.',
}

export default function ArtifactPage() {
  const { map, preview, labels } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const did = answer && 'did' in answer ? answer : null
  const role = useViewer()?.role ?? 'viewer'
  const mayCorrect = role === 'lead' || role === 'admin'
  const waits = map.following !== null && !map.following.done && !map.following.error
  useLive(waits)
  const shown = did?.edit ? edited(map.columns, did.edit.columns) : map.columns
  const rows = did?.preview ?? preview
  return (
    <>
      <PageHead
        title={<WholeValue text={map.artifact} />}
        about={`${map.rows === 1 ? '1 row' : `${number(map.rows)} rows`}. Columns are known by ${map.listed ? 'the list that comes with the product' : 'their names'}${map.corrected > 0 ? `, ${number(map.corrected)} corrected here` : ''}.`}
      >
        <Link className="btn" to={rowsLink({ artifact: map.artifact })}>
          Open its rows
        </Link>
        {mayCorrect && map.corrected > 0 && (
          <Confirm
            ask="Take corrections back"
            act="Take corrections back"
            intent="reset"
            id={map.artifact}
            kind="plain"
          >
            The columns will be what {map.listed ? 'the list' : 'their names'} says again, in stored rows too.
          </Confirm>
        )}
      </PageHead>
      {did && (
        <Notice kind={did.did === 'preview' ? 'info' : 'done'} role="status">
          {DID[did.did]}
        </Notice>
      )}
      <MapFollowing following={map.following} />
      <MapForm
        key={did?.did === 'preview' ? 'edited' : `${map.following?.corrected_at.getTime() ?? 0}`}
        columns={shown}
        dates={did?.edit ? (did.edit.dates ?? null) : map.dates}
        labels={labels}
        mayCorrect={mayCorrect}
      />
      <section className="pt-5">
        <SectionHead
          title={did?.preview ? 'With the map above' : 'What comes out'}
          about={`of the newest ${rows.length === 1 ? 'row' : `${rows.length} rows`}`}
        />
        <MapPreview rows={rows} />
      </section>
    </>
  )
}

type Shown = ReturnType<typeof useLoaderData<typeof loader>>['map']['columns'][number]

/** The columns as a person has chosen them, before they are saved. */
function edited(columns: Shown[], chosen: { path: string; role: string; label?: string | undefined }[]): Shown[] {
  const by = new Map(chosen.map((column) => [column.path, column]))
  return columns.map((column) => {
    const now = by.get(column.path)
    if (!now) return column
    const role = now.role === 'none' ? null : (now.role as Shown['role'])
    return { ...column, role, label: now.label ?? null, by: role === column.role ? column.by : 'tenant' }
  })
}
