import { watch } from './modules/alarms/jobs.ts'
import { startOn } from './platform/activity.ts'

/** Which facts start which jobs. */
export function subscribe(): void {
  startOn('batch.ingested', watch)
  startOn('batch.failed', watch)
}
