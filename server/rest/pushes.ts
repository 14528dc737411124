import type { z } from 'zod'
import type { Push } from '../modules/ingestion/schema.ts'
import { Answer, type Call } from './route.ts'
import { settled } from './settled.ts'

/** POST /ingestion/ingest. Its rows are durable before we answer; an answer within ten seconds says they are loaded too. */
export async function takePush(call: Call<unknown, z.output<typeof Push>>) {
  const { host_id, batch } = await call.api.ingestion.push(call.body)
  const seen = batch ? await settled(call, batch) : null
  if (seen?.state === 'failed') return new Answer(422, { detail: seen.error, batch_id: seen.id })
  return { message: 'Data ingested successfully', host_id }
}
