import { activityRouter } from './modules/activity/router.ts'
import { alarmsRouter } from './modules/alarms/router.ts'
import { columnsRouter } from './modules/columns/router.ts'
import { comparingRouter } from './modules/comparing/router.ts'
import { dashboardsRouter } from './modules/dashboards/router.ts'
import { enrichmentRouter } from './modules/enrichment/router.ts'
import { exploringRouter } from './modules/exploring/router.ts'
import { exportingRouter } from './modules/exporting/router.ts'
import { hostsRouter } from './modules/hosts/router.ts'
import { identityRouter } from './modules/identity/router.ts'
import { ingestionRouter } from './modules/ingestion/router.ts'
import { languageRouter } from './modules/language/router.ts'
import { marksRouter } from './modules/marks/router.ts'
import { mergesRouter } from './modules/merges/router.ts'
import { observablesRouter } from './modules/observables/router.ts'
import { paletteRouter } from './modules/palette/router.ts'
import { portraitsRouter } from './modules/portraits/router.ts'
import { pulseRouter } from './modules/pulse/router.ts'
import { retentionRouter } from './modules/retention/router.ts'
import { sourcesRouter } from './modules/sources/router.ts'
import { stacksRouter } from './modules/stacks/router.ts'
import { telemetryRouter } from './modules/telemetry/router.ts'
import { tenantsRouter } from './modules/tenants/router.ts'
import { timelineRouter } from './modules/timeline/router.ts'
import { usersRouter } from './modules/users/router.ts'
import { verdictsRouter } from './modules/verdicts/router.ts'
import { viewsRouter } from './modules/views/router.ts'
import { callerOf, router } from './platform/trpc.ts'

export const appRouter = router({
  identity: identityRouter,
  users: usersRouter,
  tenants: tenantsRouter,
  activity: activityRouter,
  hosts: hostsRouter,
  merges: mergesRouter,
  columns: columnsRouter,
  sources: sourcesRouter,
  ingestion: ingestionRouter,
  language: languageRouter,
  verdicts: verdictsRouter,
  observables: observablesRouter,
  telemetry: telemetryRouter,
  exploring: exploringRouter,
  exporting: exportingRouter,
  timeline: timelineRouter,
  portraits: portraitsRouter,
  views: viewsRouter,
  marks: marksRouter,
  palette: paletteRouter,
  stacks: stacksRouter,
  comparing: comparingRouter,
  retention: retentionRouter,
  enrichment: enrichmentRouter,
  pulse: pulseRouter,
  alarms: alarmsRouter,
  dashboards: dashboardsRouter,
})

export type AppRouter = typeof appRouter
export const createCaller = callerOf(appRouter)
export type Api = ReturnType<typeof createCaller>
