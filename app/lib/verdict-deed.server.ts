import { redirect } from '@remix-run/node'
import type { PageContext } from '#server/context.ts'
import { NewVerdict, Observables, UndoToken, VerdictVersion } from '#server/modules/verdicts/schema.ts'
import { nextPath } from './next-path.ts'
import { observedIn, withDeed } from './verdict-deeds.ts'

type Sent = { api: PageContext['api']; now: Date; form: Record<string, string>; body: FormData }

const DAY_MS = 86_400_000

/** Does what a form says about values, and leads back to the page it came from, which tells what was done. */
export async function doDeed({ api, now, form, body }: Sent) {
  const back = (what: string, ids: unknown[], token: string | null) =>
    redirect(withDeed(nextPath(form.next ?? '/verdicts'), { what, count: Math.min(ids.length, 9999), token }))
  if (form.intent === 'undo') {
    const { ended, restored } = await api.verdicts.undo(UndoToken.parse(form))
    return back('undone', Array.from({ length: Math.max(ended, restored) }), null)
  }
  if (form.intent === 'revoke') {
    const { ids, undo } = await api.verdicts.revoke(VerdictVersion.parse(form))
    return back('revoked', ids, undo)
  }
  // Should it be refused, the form comes back with all of them.
  form.observables = JSON.stringify(body.getAll('observable'))
  const observables = observablesIn(form, body)
  if (form.intent === 'clear') {
    const { ids, undo } = await api.verdicts.clear(Observables.parse({ observables }))
    return back('cleared', ids, undo)
  }
  const scope = form.scope ?? 'all'
  const days = Number(form.days)
  const decided = NewVerdict.parse({
    observables,
    verdict: form.verdict,
    scope,
    scopeValue: ['label', 'host', 'parent'].includes(scope) ? (form[scope] ?? form.scopeValue ?? '') : '',
    reason: form.reason,
    expiresAt: days > 0 ? new Date(now.getTime() + days * DAY_MS) : form.expiresAt,
  })
  const { ids, undo } = await api.verdicts.decide(decided)
  return back(decided.verdict, ids, undo)
}

/** The observables of a form; a version goes with the only one. */
function observablesIn({ version }: Record<string, string>, body: FormData) {
  const named = body
    .getAll('observable')
    .filter((one) => typeof one === 'string')
    .map(observedIn)
  return named.length === 1 && version ? [{ ...named[0]!, version }] : named
}
