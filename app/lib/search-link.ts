import { useSearchParams } from '@remix-run/react'

/** Makes links to this page with some of its address changed; null takes a parameter away. The page starts over. */
export function useSearchLink() {
  const [params] = useSearchParams()
  return (changes: Record<string, string | null>) => {
    const to = new URLSearchParams(params)
    for (const name of ['cursor', 'at', 'row', 'deed']) to.delete(name)
    for (const [name, value] of Object.entries(changes)) {
      if (value === null) to.delete(name)
      else to.set(name, value)
    }
    return `?${to}`
  }
}
