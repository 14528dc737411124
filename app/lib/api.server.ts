import { type ActionFunctionArgs, data, type LoaderFunctionArgs, redirect } from '@remix-run/node'
import type { PageContext, Viewer } from '#server/context.ts'
import { failureOf } from './failures.server.ts'
import { loginPath } from './next-path.ts'

type Params = Record<string, string>
type Visit = Omit<PageContext, 'nonce'> & { request: Request; params: Params; query: Params }
type SignedIn = Visit & { viewer: Viewer }
type Form = { form: Params; body: FormData }

/** What a form gets back when the person can correct it: messages by field ('' is the form's own) and the values. */
export type Refusal = { fields: Record<string, string>; values: Params; intent: string }

/** A loader for a signed-in person; without one it leads to the sign-in page and back. */
export const load =
  <T>(work: (page: SignedIn) => T | Promise<T>) =>
  async (args: LoaderFunctionArgs): Promise<T> => {
    const visit = visitOf(args)
    return attempt(visit, () => work(signedIn(visit)))
  }

/** A loader that also serves people who are not signed in. */
export const loadOpen =
  <T>(work: (page: Visit) => T | Promise<T>) =>
  async (args: LoaderFunctionArgs): Promise<T> => {
    const visit = visitOf(args)
    return attempt(visit, () => work(visit))
  }

/** An action: what the person can correct goes back to the form (422); the rest goes to the error page. */
export const act =
  <T>(work: (page: SignedIn & Form) => T | Promise<T>) =>
  async (args: ActionFunctionArgs) => {
    const visit = visitOf(args)
    return submit(visit, (form) => work({ ...signedIn(visit), ...form }))
  }

/** An action that people may send before they are signed in. */
export const actOpen =
  <T>(work: (page: Visit & Form) => T | Promise<T>) =>
  async (args: ActionFunctionArgs) => {
    const visit = visitOf(args)
    return submit(visit, (form) => work({ ...visit, ...form }))
  }

/** A redirect that carries the cookies of a sign-in, sign-out or tenant switch. */
export function redirectWith(path: string, { setCookie }: { setCookie: string[] }) {
  const headers = new Headers()
  for (const cookie of setCookie) headers.append('Set-Cookie', cookie)
  return redirect(path, { headers })
}

function visitOf({ context, request, params }: LoaderFunctionArgs): Visit {
  const { viewer, api, accounts, requestId, origin, now } = context
  const query = Object.fromEntries([...new URL(request.url).searchParams].filter(([, value]) => value !== ''))
  return { viewer, api, accounts, requestId, origin, now, request, params: params as Params, query }
}

function signedIn(visit: Visit): SignedIn {
  if (!visit.viewer) throw redirect(loginPath(visit.request))
  return visit as SignedIn
}

async function attempt<T>(visit: Visit, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw forThePerson(error, visit)
  }
}

async function submit<T>(visit: Visit, work: (form: Form) => T | Promise<T>) {
  const body = await visit.request.formData().catch(() => {
    throw data({ message: 'That form cannot be read.', requestId: visit.requestId }, { status: 400 })
  })
  stayedIn(body.get('tenant'), visit)
  body.delete('tenant')
  const form = Object.fromEntries([...body].filter((pair): pair is [string, string] => typeof pair[1] === 'string'))
  try {
    return await work({ form, body })
  } catch (error) {
    const failure = failureOf(error)
    // A session that ended meanwhile cannot be mended in the form; a wrong password can.
    const lost = failure?.status === 401 && visit.viewer !== null
    if (!failure || lost || !IN_THE_FORM.has(failure.status)) throw forThePerson(error, visit)
    const values = Object.fromEntries(Object.entries(form).filter(([name]) => !SECRET.test(name)))
    const refusal: Refusal = { fields: failure.fields, values, intent: form.intent ?? '' }
    return data(refusal, { status: failure.status === 409 ? 422 : failure.status })
  }
}

/** Refuses what was sent from a page of another tenant than its person is in by now: it would be done to the wrong one. */
function stayedIn(tenant: FormDataEntryValue | null, { viewer, requestId }: Visit) {
  if (!viewer || tenant === null || tenant === String(viewer.tenantId)) return
  const message = `This page was drawn in another tenant, and you are in ${viewer.tenantName} now. Nothing was changed. Go back over to the other tenant, or open the page again.`
  throw data({ message, requestId }, { status: 409 })
}

const IN_THE_FORM = new Set([401, 403, 409, 422, 429])
const SECRET = /password|token|code|key/i

function forThePerson(error: unknown, { request, requestId }: Visit): unknown {
  if (error instanceof Response) return error
  const failure = failureOf(error)
  if (!failure) return error
  if (failure.status === 401) return redirect(loginPath(request))
  // An address whose id cannot be one is an address where nothing stands.
  if (failure.status === 422 && failure.fields.id) return data({ message: undefined, requestId }, { status: 404 })
  return data({ message: failure.message, requestId }, { status: failure.status })
}
