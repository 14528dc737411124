import type { ClientLoaderFunctionArgs } from '@remix-run/react'

const SECTION = 'section'

/** The address of a page of its own, asked as a section of another. */
export const asSection = (to: string) => `${to}?${SECTION}=1`

/** For what a page asks once it stands: where that fails the answer is null, and the page stays. Signed out still leads away. */
export const quietly = ({ serverLoader }: ClientLoaderFunctionArgs): Promise<unknown> =>
  serverLoader().catch((error: unknown) => {
    if (error instanceof Response) throw error // a redirect; what a loader refuses comes as an error
    return null
  })

/** The same for a page of its own, which fails as pages do where it is not asked as a section. */
export const quietlyAsSection = (args: ClientLoaderFunctionArgs): Promise<unknown> =>
  new URL(args.request.url).searchParams.has(SECTION) ? quietly(args) : args.serverLoader()
