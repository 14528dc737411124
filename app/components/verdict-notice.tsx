import { useLocation } from '@remix-run/react'
import { counted } from '#app/lib/format.ts'
import { deedIn, withoutDeed } from '#app/lib/verdict-deeds.ts'
import { useVerdictsLive } from '#app/lib/verdict-live.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { Notice } from './notice.tsx'
import { PostForm } from './post-form.tsx'

/** What was just done, and the button that takes it back. Also keeps the verdicts of the page as others change them. */
export function JustDecided() {
  useVerdictsLive()
  const { pathname, search } = useLocation()
  const mayWrite = useMayWrite()
  const deed = deedIn(new URLSearchParams(search).get('deed'))
  if (!deed) return null
  const { what, count, token } = deed
  return (
    <Notice
      kind="done"
      role="status"
      action={
        token &&
        mayWrite && (
          <PostForm action={UNDONE_AT[what] ?? '/verdicts'} preventScrollReset className="ml-auto">
            <input type="hidden" name="token" value={token} />
            <input type="hidden" name="next" value={withoutDeed(pathname + search)} />
            <button type="submit" className="btn" name="intent" value="undo" data-act="undo">
              Undo
            </button>
          </PostForm>
        )
      }
    >
      {SAYS[what]?.(counted(count, 'value')) ?? `Decided ${what}: ${counted(count, 'value')}.`}
      {token && ' It can be undone for ten minutes.'}
    </Notice>
  )
}

const SAYS: Record<string, (values: string) => string> = {
  undone: (values) => `Undone: ${values} as before.`,
  cleared: (values) => `Cleared what was decided: ${values}.`,
  revoked: (values) => `Revoked: ${values}.`,
  removed: () => 'The annotation is removed.',
  restored: () => 'The annotation stands again, as it was.',
}

// What is no verdict is undone elsewhere.
const UNDONE_AT: Record<string, string> = { removed: '/timeline' }
