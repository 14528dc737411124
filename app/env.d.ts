import type { PageContext } from '#server/context.ts'

declare module '@remix-run/server-runtime' {
  interface AppLoadContext extends PageContext {}
  interface Future {
    v3_singleFetch: true
  }
}

/** lucide-react publishes one file per icon; this is the type of the drawing in each. */
declare module 'lucide-react/icons/*' {
  export const __iconData: { node: [tag: string, attributes: Record<string, string>][] }
}
