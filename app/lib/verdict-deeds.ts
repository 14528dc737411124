import type { Observed } from './observable-link.ts'

// What was done is told on the next page by its address, so that it is there without JavaScript too.
const DEED = /^(benign|suspicious|malicious|cleared|revoked|undone|removed|restored)-(\d{1,4})(?:-([0-9a-f]{32}))?$/

export type Deed = { what: string; count: number; token: string | null }

/** What an address says was just done; null when it says nothing that could be. */
export function deedIn(text: string | null): Deed | null {
  const [, what, count, token] = text?.match(DEED) ?? []
  return what ? { what, count: Number(count), token: token ?? null } : null
}

/** A path of ours that also tells what was done on the way to it. */
export function withDeed(path: string, { what, count, token }: Deed): string {
  const url = new URL(path, 'http://here.invalid')
  url.searchParams.set('deed', [what, count, token].filter((part) => part !== null).join('-'))
  return url.pathname + url.search
}

/** A path without the word on what was done. */
export function withoutDeed(path: string): string {
  const url = new URL(path, 'http://here.invalid')
  url.searchParams.delete('deed')
  return url.pathname + url.search
}

/** An observable as one field of a form, and back; a type holds no space. */
export const fieldOf = ({ type, value }: Observed) => `${type} ${value}`
export const observedIn = (field: string): Observed => ({
  type: field.slice(0, Math.max(0, field.indexOf(' '))),
  value: field.slice(field.indexOf(' ') + 1),
})
