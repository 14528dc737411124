export type Kind = 'rest' | 'elastic' | 'splunk' | 'logscale'

/** One parameter of a Velociraptor artifact: what to paste, or what to choose. */
export type Parameter = { name: string; value: string; note?: string; secret?: true }
export type Setup = { artifact: string; sends: string; parameters: Parameter[] }

export const KINDS: { value: Kind; title: string }[] = [
  { value: 'rest', title: 'Script or tool, through the REST API' },
  { value: 'elastic', title: 'Velociraptor, Elastic.Flows.Upload' },
  { value: 'splunk', title: 'Velociraptor, Splunk.Flows.Upload' },
  { value: 'logscale', title: 'Velociraptor, LogScale.Flows.Upload' },
]

export const kindName = (kind: Kind) =>
  ({ rest: 'REST API', elastic: 'Elastic', splunk: 'Splunk', logscale: 'LogScale' })[kind]

const FLOWS = 'the results of each finished collection and hunt'
const EVENTS = 'the events of monitoring artifacts as they happen'

// Names and meaning of the parameters: Velociraptor 0.77.2, artifacts Elastic.*, Splunk.* and LogScale.*.
const SETUPS: Record<Exclude<Kind, 'rest'>, (origin: string, token: string) => Setup[]> = {
  elastic: (origin, token) => [
    {
      artifact: 'Elastic.Flows.Upload',
      sends: FLOWS,
      parameters: [
        { name: 'elasticAddresses', value: `${origin}/ingest/elastic` },
        { name: 'APIKey', value: token, secret: true, note: 'Leave Username and Password empty.' },
      ],
    },
    {
      artifact: 'Elastic.Events.Upload',
      sends: EVENTS,
      parameters: [
        { name: 'ElasticAddresses', value: `${origin}/ingest/elastic` },
        {
          name: 'APIKey',
          value: token,
          secret: true,
          note: 'In ServerArtifactsToWatch leave Server.Audit.Logs out: it repeats these parameters, this key among them.',
        },
      ],
    },
  ],
  splunk: (origin, token) => [
    {
      artifact: 'Splunk.Flows.Upload',
      sends: FLOWS,
      parameters: [
        { name: 'url', value: `${origin}/ingest/splunk/services/collector` },
        { name: 'token', value: token, secret: true },
        {
          name: 'index',
          value: 'velociraptor',
          note: 'Any word, but not empty: without one the artifact does not start.',
        },
        { name: 'HostnameField', value: 'ClientId', note: 'As it is by default: hosts are told apart by it.' },
      ],
    },
  ],
  logscale: (origin, token) => [
    {
      artifact: 'LogScale.Flows.Upload',
      sends: FLOWS,
      parameters: logscaleParameters(origin, token),
    },
    {
      artifact: 'LogScale.Events.Clients',
      sends: EVENTS,
      parameters: logscaleParameters(origin, token),
    },
  ],
}

const logscaleParameters = (origin: string, token: string): Parameter[] => [
  { name: 'ingestApiBase', value: `${origin}/ingest/logscale/api` },
  { name: 'ingestToken', value: token, secret: true },
  {
    name: 'tagFields',
    value: 'Artifact',
    note: 'Empty by default, and then the artifact stops with "Empty column name".',
  },
]

/** What to paste into Velociraptor for a source of this kind; nothing for the REST API. */
export const setupOf = (kind: Kind, origin: string, token: string): Setup[] =>
  kind === 'rest' ? [] : SETUPS[kind](origin, token)

/** The same as a line of VQL for a notebook. */
export function vqlOf({ artifact, parameters }: Setup): string {
  const said = parameters.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).join(', ')
  return `SELECT add_server_monitoring(artifact=${JSON.stringify(artifact)}, parameters=dict(${said})) FROM scope()`
}
