import { type Cause, type Dialect, type Refused, retry, type Wire } from './dialect.ts'

const KINDS: Record<Exclude<Cause, 'busy' | 'broken'>, [status: number, type: string]> = {
  'no token': [401, 'security_exception'],
  'other scheme': [401, 'security_exception'],
  'unknown token': [401, 'security_exception'],
  empty: [400, 'parse_exception'],
  'other format': [400, 'illegal_argument_exception'],
  'other encoding': [415, 'illegal_argument_exception'],
  'too large': [413, 'content_too_long_exception'],
}

/**
 * Velociraptor's elastic_upload takes any JSON object for an answer and forgets the rows, whatever the status; anything
 * else, an empty answer too, makes it send them again. So what passes is told in plain text, what does not in JSON.
 */
export const elastic: Dialect = {
  format: 'elastic',
  opens: '{',
  schemes: ['apikey', 'basic', 'bearer'],
  marker: null,
  received: { status: 200, body: { took: 1, errors: false, items: [] } },
  refused: (why) => (why.cause === 'busy' || why.cause === 'broken' ? again(why) : forGood(why.cause, why.message)),
}

const again = (why: Refused): Wire => ({
  status: 503,
  body: `${why.cause === 'busy' ? why.message : 'Something went wrong.'} Nothing was taken; send it again.\n`,
  headers: retry(why),
})

function forGood(cause: keyof typeof KINDS, reason: string): Wire {
  const [status, type] = KINDS[cause]
  return {
    status,
    body: { error: { type, reason }, status },
    headers: status === 401 ? { 'WWW-Authenticate': 'ApiKey' } : {},
  }
}

/** What clients that ask who is there want to hear: Velociraptor does not ask. */
export const HELLO: Wire = {
  status: 200,
  body: {
    name: 'velocicompanion',
    cluster_name: 'velocicompanion',
    version: { number: '9.0.0', build_flavor: 'default' },
    tagline: 'You Know, for Search',
  },
}
