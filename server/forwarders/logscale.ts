import { type Cause, type Dialect, retry } from './dialect.ts'

const STATUS: Record<Exclude<Cause, 'busy'>, number> = {
  'no token': 401,
  'other scheme': 401,
  'unknown token': 401,
  empty: 400,
  'other format': 400,
  'other encoding': 415,
  'too large': 413,
  broken: 500,
}

/** logscale_upload keeps its rows on disk: 429 and 5xx make it try again, up to 7,200 times; any other 4xx loses them. */
export const logscale: Dialect = {
  format: 'logscale',
  opens: '[',
  schemes: ['bearer', 'basic'],
  marker: '{"events":[{"timestamp":',
  received: { status: 200, body: '' }, // it leaves a body unread, and the connection with it
  refused: (why) => ({
    status: why.cause === 'busy' ? (why.own ? 429 : 503) : STATUS[why.cause],
    body: `${why.cause === 'broken' ? 'Something went wrong.' : why.message}\n`,
    headers: retry(why),
  }),
}
