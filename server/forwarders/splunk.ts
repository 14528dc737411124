import { type Cause, type Dialect, retry, type Wire } from './dialect.ts'

// Splunk's own codes (HTTP Event Collector, "Possible error codes").
const CODES: Record<Cause, [status: number, code: number, text: string]> = {
  'no token': [401, 2, 'Token is required'],
  'other scheme': [401, 3, 'Invalid authorization'],
  'unknown token': [403, 4, 'Invalid token'],
  empty: [400, 5, 'No data'],
  'other format': [400, 6, 'Invalid data format'],
  'other encoding': [415, 6, 'Invalid data format'],
  'too large': [413, 6, 'Invalid data format'],
  broken: [500, 8, 'Internal server error'],
  busy: [503, 9, 'Server is busy'],
}

/** Only 200 is success to splunk_upload. It tries three times more, after 2, 4 and 8 seconds, then the rows are lost. */
export const splunk: Dialect = {
  format: 'hec',
  opens: '{',
  schemes: ['splunk', 'basic'],
  marker: '\r\n\r\n',
  received: { status: 200, body: { text: 'Success', code: 0 } },
  refused: (why) => {
    const [status, code, text] = CODES[why.cause]
    return { status, body: { text, code }, headers: retry(why) }
  },
}

/** Whether a collector would take something now. */
export const health = (well: boolean): Wire =>
  well
    ? { status: 200, body: { text: 'HEC is healthy', code: 17 } }
    : { status: 503, body: { text: 'HEC is unhealthy, queues are full', code: 18 } }
