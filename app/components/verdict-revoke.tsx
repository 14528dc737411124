import { useLocation } from '@remix-run/react'
import { withoutDeed } from '#app/lib/verdict-deeds.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { PostForm } from './post-form.tsx'

/** Ends one decision, unless somebody has changed it meanwhile. */
export function RevokeButton({ of: { id, version } }: { of: { id: number; version: number } }) {
  const { pathname, search } = useLocation()
  if (!useMayWrite()) return null
  return (
    <PostForm action="/verdicts" className="acts" preventScrollReset>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="version" value={version} />
      <input type="hidden" name="next" value={withoutDeed(pathname + search)} />
      <button type="submit" className="btn quiet" name="intent" value="revoke">
        Revoke
      </button>
    </PostForm>
  )
}
