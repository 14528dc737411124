import { watch } from './modules/alarms/jobs.ts'
import { rederive } from './modules/ingestion/rederive.ts'
import { startOn } from './platform/activity.ts'

/** Which facts start which jobs. */
export function subscribe(): void {
  startOn('batch.ingested', watch)
  startOn('batch.failed', watch)
  startOn('column_map.corrected', rederive)
}
