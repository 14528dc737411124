import { useRouteLoaderData } from '@remix-run/react'
import type { loader } from '#app/shell.tsx'
import { timesIn } from './times.ts'

/** What the frame knows: who looks, at what moment, under which request id; nothing outside the shell. */
export const useShell = () => useRouteLoaderData<typeof loader>('shell')

/** The moment this page was answered, so that server and browser draw the same times. */
export const useNow = () => useShell()?.now ?? new Date(0)

/** Who is looking, on a page inside the shell. */
export const useViewer = () => useShell()?.viewer ?? null

/** How times are written for whoever looks: in the zone they chose, or the tenant's. */
export const useTimes = () => timesIn(useViewer()?.zone ?? 'UTC')

/** Whether the person may change records: everybody but a viewer. */
export const useMayWrite = () => (useViewer()?.role ?? 'viewer') !== 'viewer'

export type { Viewer } from '#server/context.ts'
