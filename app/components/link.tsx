import { useNavigate } from '@remix-run/react'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'

type LinkProps = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> & {
  /** A path from the root, or a query of the same page. */
  to: string
  /** Leave the page where it is scrolled to. */
  preventScrollReset?: boolean
  /** Ask the server for the whole document. */
  reloadDocument?: boolean
}

/** A link as a plain anchor: a page has a hundred of them, and the router's own cost a sixth of its making. */
export const Link = ({ to, preventScrollReset, reloadDocument, ...rest }: LinkProps) => (
  <a
    {...rest}
    href={to}
    data-keep-scroll={preventScrollReset ? '' : undefined}
    data-document={reloadDocument ? '' : undefined}
  />
)

/** One handler for the whole document: a plain click on a link of ours goes through the router. */
export function useLinkClicks() {
  const navigate = useNavigate()
  return (event: MouseEvent) => {
    const anchor = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null
    if (!anchor || event.defaultPrevented || event.button !== 0 || leavesThePage(event, anchor)) return
    event.preventDefault()
    navigate(anchor.pathname + anchor.search + anchor.hash, {
      preventScrollReset: anchor.dataset.keepScroll !== undefined,
    })
  }
}

// A new tab, a file, another site, the API, or a place on this very page: the browser's own business.
const leavesThePage = (event: MouseEvent, anchor: HTMLAnchorElement) =>
  event.metaKey ||
  event.ctrlKey ||
  event.shiftKey ||
  event.altKey ||
  (anchor.target !== '' && anchor.target !== '_self') ||
  anchor.hasAttribute('download') ||
  anchor.dataset.document !== undefined ||
  anchor.origin !== window.location.origin ||
  /^\/(api|docs|redoc|openapi|metrics|health|ready)\b/.test(anchor.pathname) ||
  (anchor.getAttribute('href') ?? '').startsWith('#')
