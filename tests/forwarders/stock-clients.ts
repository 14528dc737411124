import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

// What Velociraptor's three upload plugins do on the wire (0.77.2), written from their documented behaviour.

export type Reply = { status: number; headers: IncomingHttpHeaders; body: string }
type Sending = {
  path: string
  headers: Record<string, string>
  body: string | Buffer
  timeoutMs: number
  cut?: boolean
}

/** One POST on a kept connection. Rejects as a transport error does. `cut`: the client goes once all is sent. */
export function post(url: string, agent: Agent, { path, headers, body, timeoutMs, cut }: Sending): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = Buffer.byteLength(body)
    const req = request(new URL(path, url), {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': String(length) },
      timeout: timeoutMs,
    })
    req.on('timeout', () => req.destroy(new Error('timed out')))
    req.on('error', reject)
    req.on('response', (res) => {
      const chunks: Buffer[] = []
      res.on('data', (chunk) => chunks.push(chunk))
      res.on('error', reject)
      res.on('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString() }),
      )
    })
    req.end(body, () => {
      if (cut) setImmediate(() => req.destroy(new Error('gone before the answer')))
    })
  })
}

const isObject = (text: string) => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** A row as its bytes, and the columns that every forwarder adds. */
export type Row = { text: string; artifact: string; clientId: string; hostname: string; flowId: string }

const added = (row: Row, more: string) => `${row.text.slice(0, -1)},"Artifact":"${row.artifact}",${more}}`
const SENT = '2026-11-21T13:24:05Z'

/** The row as each plugin writes it into its body: these bytes must be stored. */
export const asSent = {
  elastic: (row: Row) =>
    added(
      row,
      `"Hostname":"${row.hostname}","timestamp":"${SENT}","ClientId":"${row.clientId}","FlowId":"${row.flowId}","Organization":"\\u003croot\\u003e"`,
    ),
  splunk: (row: Row) =>
    added(
      row,
      `"timestamp":"${SENT}","ClientId":"${row.clientId}","FlowId":"${row.flowId}","src_artifact":"artifact_${row.artifact.replace(/[/.]/g, '_')}","org_name":"\\u003croot\\u003e"`,
    ),
  logscale: (row: Row) => added(row, `"timestamp":"${SENT}","ClientId":"${row.clientId}","FlowId":"${row.flowId}"`),
}

/** elastic_upload: one buffer that grows until an answer parses as a JSON object, whatever its status. */
export function elasticClient(url: string, token: string, prefix = '') {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let at = url
  let buffer = ''
  let id = BigInt(Date.now()) * 1_000_000n
  const index = (artifact: string) => `artifact_${artifact.replace(/[/.]/g, '_').toLowerCase()}`
  const once = (cut?: boolean) =>
    post(at, agent, {
      path: `/ingest/elastic${prefix}/_bulk`,
      headers: {
        authorization: `APIKey ${token}`,
        'content-type': 'application/json',
        'user-agent': 'go-elasticsearch/9.3.2-SNAPSHOT (linux amd64; Go 1.26.8)',
        'accept-encoding': 'gzip',
      },
      body: buffer,
      timeoutMs: 100_000,
      ...(cut ? { cut } : {}),
    })
  return {
    add(row: Row): void {
      id = BigInt.asIntN(64, id + 30_000_000_000_000_001n)
      buffer += `{ "index" : {"_id" : "${id}", "_index": "${index(row.artifact)}"} }\n${asSent.elastic(row)}\n`
    },
    /** What happens every two seconds: null when nobody answered. 502, 503, 504 and lost connections are tried 3 times more at once. */
    async tick({ cut = false } = {}): Promise<Reply | null> {
      if (buffer === '') return null
      for (let tries = 0; tries < 4; tries += 1) {
        const reply = await once(cut).catch(() => null)
        if (cut) return null
        if (!reply || [502, 503, 504].includes(reply.status)) {
          if (reply && tries === 3 && isObject(reply.body)) buffer = ''
          if (tries < 3) continue
          return reply
        }
        if (isObject(reply.body)) buffer = ''
        return reply
      }
      return null
    },
    pending: () => buffer.length,
    /** The server stands elsewhere from now on. */
    turnTo(other: string) {
      at = other
    },
    close: () => agent.destroy(),
  }
}

/** splunk_upload: 1 + 3 tries of the same body, then it is lost. `second`: how long one lasts in a test. */
export function splunkClient(url: string, token: string, { second = 1_000 } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const body = (rows: Row[]) =>
    rows
      .map(
        (row) =>
          `{"time":1795267385.5,"host":"${row.clientId}","source":"velociraptor","sourcetype":"vql","index":"velociraptor","event":${asSent.splunk(row)}}\r\n\r\n`,
      )
      .join('')
  const once = (text: string, cut?: boolean) =>
    post(url, agent, {
      path: '/ingest/splunk/services/collector',
      headers: {
        authorization: `Splunk ${token}`,
        'content-type': 'application/json',
        'user-agent': 'Go-http-client/1.1',
      },
      body: text,
      timeoutMs: 20_000,
      ...(cut ? { cut } : {}),
    })
  return {
    body,
    once,
    /** Whether the rows were taken. */
    async send(rows: Row[]): Promise<boolean> {
      const text = body(rows)
      for (const wait of [2, 4, 8, 0]) {
        const reply = await once(text).catch(() => null)
        if (reply?.status === 200) return true
        await sleep(wait * second)
      }
      return false
    },
    close: () => agent.destroy(),
  }
}

/** logscale_upload: a queue on disk, tried until 200; other 4xx than 429 lose the rows. */
export function logscaleClient(url: string, token: string, { second = 1_000 } = {}) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const body = (rows: Row[]) =>
    `[${rows
      .map(
        (row) =>
          `{"events":[{"timestamp":"${SENT}","attributes":${asSent.logscale(row)}}],"tags":{"Artifact":"${row.artifact}","ClientHostname":"${row.hostname}","ClientId":"${row.clientId}"}}`,
      )
      .join(',')}]`
  const once = (text: string, cut?: boolean) =>
    post(url, agent, {
      path: '/ingest/logscale/api/v1/ingest/humio-structured',
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'Velociraptor' },
      body: text,
      timeoutMs: 10_000,
      ...(cut ? { cut } : {}),
    })
  return {
    body,
    once,
    /** Whether the rows were taken; throws when they would be lost. */
    async send(rows: Row[]): Promise<number> {
      const text = body(rows)
      for (let tries = 1; ; tries += 1) {
        const reply = await once(text).catch(() => null)
        if (reply?.status === 200) return tries
        if (reply && reply.status !== 429 && reply.status < 500) throw new Error(`Lost: ${reply.status} ${reply.body}`)
        await sleep(Math.min(60, 2 ** Math.min(tries, 6)) * second)
      }
    },
    close: () => agent.destroy(),
  }
}
