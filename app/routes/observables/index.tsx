import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { ObservableDossier } from '#app/components/dossier.tsx'
import { ObservableSearch } from '#app/components/dossier-search.tsx'
import { load } from '#app/lib/api.server.ts'
import { failureOf } from '#app/lib/failures.server.ts'
import { dossierLink, typeName } from '#app/lib/observable-link.ts'
import { titledBy } from '#app/lib/title.ts'
import { Observable } from '#server/modules/observables/schema.ts'

export const meta = titledBy((data: { name: string }) => data.name)
export const handle = {
  trail: (data: { name: string; dossier: unknown }) =>
    data.dossier ? [{ title: 'Values', to: '/observables' }, { title: data.name }] : [{ title: 'Values' }],
}

export const loader = load(async ({ api, query }) => {
  if (query.type && query.value) return dossierFor(api, Observable.parse(query))
  const q = query.q?.trim() ?? ''
  const found = q ? await api.observables.find({ text: q }) : null
  if (found?.length === 1 && found[0]!.hosts > 0) throw redirect(dossierLink(found[0]!))
  const [recent, newest] = await Promise.all([api.verdicts.list({ limit: 10 }), api.observables.newest()])
  return { name: 'Values', dossier: null, q, found, recent: recent.rows, newest }
})

type Api = Parameters<Parameters<typeof load>[0]>[0]['api']

async function dossierFor(api: Api, of: Observable) {
  const [dossier, history, kept, labels] = await Promise.all([
    api.observables.dossier(of),
    api.verdicts.history(of).catch(unlessNoValue),
    of.type === 'hash' ? api.enrichment.kept({ hash: of.value }).catch(unlessNoValue) : null,
    api.hosts.list({ limit: 1 }),
  ])
  const name = `${typeName(of.type)} ${of.value.slice(0, 60)}`
  return { name, dossier: { ...dossier, ...(history ?? { verdicts: [], version: 0 }), kept, labels: labels.labels } }
}

// An address may name what is no value of its type: then nothing was seen or decided, and the page says so.
function unlessNoValue(error: unknown) {
  if (failureOf(error)?.status === 422) return null
  throw error
}

export default function Observables() {
  const loaded = useLoaderData<typeof loader>()
  return loaded.dossier ? <ObservableDossier dossier={loaded.dossier} /> : <ObservableSearch {...loaded} />
}
