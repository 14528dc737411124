import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { FilterBar, TextFilter } from '#app/components/filter-bar.tsx'
import { SchemaForm } from '#app/components/form.tsx'
import { HostCandidates } from '#app/components/host-candidates.tsx'
import { MergePreview } from '#app/components/merge-preview.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titledBy } from '#app/lib/title.ts'
import { HostId } from '#server/modules/hosts/schema.ts'
import { Candidates, HostMerge, HostPair } from '#server/modules/merges/schema.ts'

type Named = { host: { id: number; hostname: string } }
export const meta = titledBy(({ host }: Named) => `Merge ${host.hostname}`)
export const handle = {
  trail: ({ host }: Named) => [
    { title: 'Hosts', to: '/hosts' },
    { title: host.hostname, to: `/hosts/${host.id}` },
    { title: 'Merge' },
  ],
}

export const loader = load(async ({ api, params, query }) => {
  const { id, q } = Candidates.parse({ id: params.hostId, q: query.q })
  const found = await api.merges.candidates({ id, q })
  if (found.host.id !== id) throw redirect(`/hosts/${found.host.id}/merge`)
  const preview = query.with ? await api.merges.preview(HostPair.parse({ id, otherId: query.with })) : null
  const fields = fieldsOf(HostMerge, {
    reason: { title: 'Reason', hint: 'Why they are one machine. It stands on the host’s page and in the activity.' },
  })
  return { ...found, preview, fields, q: q ?? '' }
})

export const action = act(async ({ api, params, form, query }) => {
  const { id } = HostId.parse({ id: params.hostId })
  await api.merges.merge(HostMerge.parse({ id, otherId: query.with, reason: form.reason }))
  return redirect(`/hosts/${id}?did=merged`)
})

export default function MergeHosts() {
  const { host, candidates, preview, fields, q } = useLoaderData<typeof loader>()
  return (
    <>
      <PageHead
        title={`Merge into ${host.hostname}`}
        about="For one machine that is known as two hosts: reinstalled, collected offline, or renamed before it was known."
      />
      {preview ? (
        <>
          <MergePreview stays={preview.stays} goes={preview.goes} />
          {preview.problem ? (
            <Notice kind="warn" role="alert">
              <b>These cannot be merged.</b> {preview.problem}
            </Notice>
          ) : (
            <section className="pt-3">
              <SchemaForm
                fields={fields}
                submit="Merge the hosts"
                failed="The hosts were not merged."
                cancel={`/hosts/${host.id}/merge`}
              />
            </section>
          )}
        </>
      ) : (
        <>
          <FilterBar label="Hosts">
            <TextFilter className="q" name="q" title="The other host" type="search" placeholder="Name, address or id" />
          </FilterBar>
          <SectionHead title={q ? 'Hosts found' : 'Hosts that look alike'} />
          <HostCandidates hostId={host.id} candidates={candidates} searched={q !== ''} />
        </>
      )}
    </>
  )
}
