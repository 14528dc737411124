import { redirect } from '@remix-run/node'
import { act, load } from '#app/lib/api.server.ts'
import { ownColumns } from '#app/lib/column-widths.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { GridKept, type GridLayout } from '#server/modules/exploring/schema.ts'

/** Only a form leads here. */
export const loader = load(() => redirect('/rows'))

const AT_FIRST: GridLayout = { columns: [], own: [], lines: 'one' }

/** Keeps how a person wants to see an artifact's rows, and leads back; a width that was drawn leads nowhere. */
export const action = act(async ({ api, form, body }) => {
  const before = (await api.exploring.layout({ artifact: form.artifact })) ?? AT_FIRST
  const layout = GridKept.parse({ artifact: form.artifact, ...changed(before, body) })
  const next = nextPath(form.next ?? '/rows')
  if (form.intent === 'once') return redirect(withColumns(next, layout.columns))
  await api.exploring.keepLayout(layout)
  return String(form.intent).endsWith('width') ? new Response(null, { status: 204 }) : redirect(next)
})

/** A layout as a form changes it, not yet looked at. */
function changed(before: GridLayout, body: FormData) {
  const intent = body.get('intent')
  if (intent === 'reset') return AT_FIRST
  if (intent === 'one' || intent === 'wrapped') return { ...before, lines: intent }
  if (intent === 'own-width') return { ...before, own: widened(ownColumns(before.own), body) }
  if (intent !== 'width') return { ...before, columns: chosenIn(body), own: ownIn(body) }
  const columns = before.columns.length > 0 ? before.columns : body.getAll('columns').map((name) => ({ name }))
  return { ...before, columns: widened(columns, body) }
}

const widened = (columns: { name: unknown }[], body: FormData) =>
  columns.map((one) => (one.name === body.get('name') ? { ...one, width: body.get('width') } : one))

function chosenIn(body: FormData) {
  const place = (name: string) => Number(body.get(`place ${name}`)) || Number.MAX_SAFE_INTEGER
  return body
    .getAll('columns')
    .map((name, at) => ({ name: String(name), at }))
    .sort((a, b) => place(a.name) - place(b.name) || a.at - b.at)
    .map(({ name }) => columnIn(body, name, ''))
}

const ownIn = (body: FormData) =>
  ownColumns([])
    .map(({ name }) => columnIn(body, name, 'own '))
    .filter(({ width, pinned }) => width !== 'auto' || pinned)

/** How wide a column is to be and whether it stays; fields of a form begin with `own ` where it is none of the artifact. */
const columnIn = (body: FormData, name: string, of: '' | 'own ') => ({
  name,
  width: body.get(`${of}width ${name}`) ?? 'auto',
  pinned: body.getAll(`${of}pinned`).includes(name) || undefined,
})

function withColumns(path: string, columns: { name: string }[]): string {
  const url = new URL(path, 'http://here.invalid')
  for (const { name } of columns) url.searchParams.append('columns', name)
  return url.pathname + url.search
}
