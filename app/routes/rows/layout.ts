import { redirect } from '@remix-run/node'
import { act, load } from '#app/lib/api.server.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { GridKept } from '#server/modules/exploring/schema.ts'

/** Only a form leads here. */
export const loader = load(() => redirect('/rows'))

/** Keeps which columns of an artifact a person wants to see, in their order and width, and leads back. */
export const action = act(async ({ api, form, body }) => {
  const chosen = form.intent === 'reset' ? [] : body.getAll('columns').map(String)
  const place = (name: string) => Number(body.get(`place ${name}`)) || Number.MAX_SAFE_INTEGER
  const columns = chosen
    .map((name, at) => ({ name, at }))
    .sort((a, b) => place(a.name) - place(b.name) || a.at - b.at)
    .map(({ name }) => ({ name, width: body.get(`width ${name}`) ?? 'auto' }))
  const next = nextPath(form.next ?? '/rows')
  const kept = GridKept.parse({ artifact: form.artifact, columns })
  if (form.intent !== 'once') await api.exploring.keepLayout(kept)
  return redirect(form.intent === 'once' ? withColumns(next, kept.columns) : next)
})

function withColumns(path: string, columns: { name: string }[]): string {
  const url = new URL(path, 'http://here.invalid')
  for (const { name } of columns) url.searchParams.append('columns', name)
  return url.pathname + url.search
}
