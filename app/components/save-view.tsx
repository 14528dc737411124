import { useLocation } from '@remix-run/react'
import { Bookmark, Send } from '#app/components/icons.tsx'
import { viewAddress, viewTitle } from '#app/lib/view-address.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { Link } from './link.tsx'

/** Keeps the address one is at under a name, or sends it to a colleague; nothing for those who only read. */
export function SaveView() {
  const { pathname, search } = useLocation()
  const mayWrite = useMayWrite()
  const address = viewAddress(pathname + search)
  if (!mayWrite || !address) return null
  const asked = (more: object = {}) => new URLSearchParams({ address, ...more })
  return (
    <span className="acts">
      <Link className="btn" to={`/views/new?${asked()}`} data-act="save-view">
        <Bookmark aria-hidden="true" />
        Save view
      </Link>
      <Link
        className="btn quiet icon"
        to={`/views/send?${asked({ title: viewTitle(address) ?? '' })}`}
        aria-label="Send this view to a colleague"
        title="Send this view to a colleague"
      >
        <Send aria-hidden="true" />
      </Link>
    </span>
  )
}
