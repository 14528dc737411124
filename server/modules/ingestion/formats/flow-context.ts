import { instant, objectOf, text, texts } from './context-values.ts'

/** A collection as its own record tells of it. Times in UTC. */
export type Flow = {
  flowId: string
  clientId: string
  artifacts: string[]
  creator: string
  createdAt: Date | null
  startedAt: Date | null
  activeAt: Date | null
  state: string
  rows: number
  /** Artifact to parameter to value. */
  parameters: Record<string, Record<string, string>>
}

const STATES = ['unset', 'running', 'finished', 'error']
const MAX_SPECS = 200
const MAX_PARAMETERS = 200

/** Reads collection_context.json of a server or an offline collector, bare or within {"context": …}. Throws for no JSON object. */
export function readFlow(json: string): Flow | null {
  const outer = objectOf(json)
  const said = (typeof outer.context === 'object' && outer.context !== null ? outer.context : outer) as Fields
  const request = fieldsOf(said.request)
  const flowId = text(said.session_id)
  if (flowId === '') return null
  const requested = texts(request.artifacts)
  return {
    flowId,
    clientId: text(said.client_id),
    artifacts: requested.length > 0 ? requested : texts(said.artifacts_with_results),
    creator: text(request.creator),
    createdAt: instant(said.create_time),
    startedAt: instant(said.start_time),
    activeAt: instant(said.active_time),
    state: stateOf(said.state),
    rows: Math.max(0, Math.floor(Number(said.total_collected_rows) || 0)),
    parameters: parametersOf(request.specs),
  }
}

type Fields = Record<string, unknown>

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {})

const stateOf = (state: unknown): string =>
  typeof state === 'number' ? (STATES[state] ?? String(state)) : text(state).toLowerCase() || 'unset'

function parametersOf(specs: unknown): Flow['parameters'] {
  const found: [string, Record<string, string>][] = []
  for (const spec of Array.isArray(specs) ? specs.slice(0, MAX_SPECS).map(fieldsOf) : []) {
    const { env } = fieldsOf(spec.parameters)
    const pairs = Array.isArray(env) ? env.slice(0, MAX_PARAMETERS).map(fieldsOf) : []
    found.push([text(spec.artifact), Object.fromEntries(pairs.map(({ key, value }) => [text(key), text(value)]))])
  }
  return Object.fromEntries(found)
}
