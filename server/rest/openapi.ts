import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import { MAX_BODY_BYTES } from './bodies.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes.ts'
import { NAMED } from './shapes.ts'

type Json = Record<string, unknown>
const NAMES = new Map<z.ZodType, string>(Object.entries(NAMED).map(([name, shape]) => [shape, name]))
const PREFIX = '/api'

/** The OpenAPI 3.1 document, made from the table of routes and the very schemas that check the requests. */
export const openApi = (): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'VelociCompanion',
    version: '1',
    description: `Every path is served under ${PREFIX} and ${PREFIX}/v1. A JSON body may have ${MAX_BODY_BYTES / 1024 ** 2} MB.`,
  },
  servers: [{ url: '/' }],
  tags: [...new Set(ROUTES.map(({ tag }) => tag))].map((name) => ({ name })),
  paths: paths(),
  components: {
    schemas: Object.fromEntries(Object.entries(NAMED).map(([name, shape]) => [name, jsonSchema(shape)])),
    securitySchemes: {
      login: { type: 'oauth2', flows: { password: { tokenUrl: `${PREFIX}/auth/login`, scopes: {} } } },
      token: { type: 'http', scheme: 'bearer', description: "An access token, or a source's token (vcs_…) to ingest." },
      session: { type: 'apiKey', in: 'cookie', name: 'sid', description: 'A page of this server that is signed in.' },
    },
  },
})

function paths(): Json {
  const found: Record<string, Json> = {}
  for (const route of ROUTES) {
    const path = PREFIX + route.path
    found[path] = { ...found[path], [route.method]: operation(route) }
  }
  return found
}

function operation(route: Route): Json {
  const { tag, summary, method, path } = route
  return {
    tags: [tag],
    summary,
    operationId: `${method}${path.replace(/[{}]/g, '').replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    security: securityOf(route),
    parameters: parametersOf(route),
    ...(route.body ? { requestBody: bodyOf(route) } : {}),
    responses: responsesOf(route),
  }
}

const securityOf = ({ who }: Route) =>
  who === 'anyone' ? [] : [{ login: [] }, { token: [] }, ...(who === 'page' ? [{ session: [] }] : [])]

function parametersOf({ path, query, body }: Route): Json[] {
  const id = path.includes('{id}')
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'integer', minimum: 1 } }]
    : []
  const { properties = {} } = query ? (jsonSchema(query) as { properties?: Record<string, Json> }) : {}
  const asked = Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: false, schema }))
  const headers =
    body?.kind === 'stream'
      ? [
          ['Idempotency-Key', '1 to 255 visible characters: sending the same again never doubles anything'],
          ['Content-Digest', 'sha-256=:<base64>: of the bytes sent; refused when others arrive'],
          ['Content-Encoding', 'gzip, or none'],
        ].map(([name, description]) => ({
          name,
          in: 'header',
          required: false,
          description,
          schema: { type: 'string' },
        }))
      : []
  return [...id, ...asked, ...headers]
}

function bodyOf({ body }: Route): Json {
  if (body!.kind === 'stream') {
    const file = { type: 'string', format: 'binary' }
    const text = { type: 'string', maxLength: 255 }
    const form = { file, artifact: text, hostname: text, client_id: text, flow_id: text }
    return {
      required: true,
      content: {
        'application/x-ndjson': { schema: file },
        'text/csv': { schema: file },
        'application/octet-stream': { schema: file },
        'multipart/form-data': { schema: { type: 'object', properties: form, required: ['file'] } },
      },
    }
  }
  const schema = jsonSchema(body!.schema)
  const forms = { 'application/x-www-form-urlencoded': { schema }, 'multipart/form-data': { schema } }
  return {
    required: true,
    content: { ...(body!.kind === 'form' ? forms : {}), 'application/json': { schema } },
  }
}

function responsesOf(route: Route): Json {
  const refusals = { ...common(route), ...route.errors }
  return Object.fromEntries([
    ...route.success.map(({ status, shape, says }) => [
      status,
      { description: says, ...(shape ? { content: json(shape) } : {}) },
    ]),
    ...Object.entries(refusals).map(([status, says]) => [
      status,
      { description: says, content: json(status === '422' ? NAMED.InvalidRequest : NAMED.Problem) },
    ]),
  ])
}

// What every route of a kind answers with, so that the table names only what is its own.
function common({ who, query, body, path }: Route): Record<number, string | undefined> {
  const takes = query !== undefined || body !== undefined || path.includes('{id}')
  return {
    ...(who === 'anyone'
      ? {}
      : {
          400: 'Inactive user',
          401: 'Not authenticated, or a token that is not valid any more',
          403: 'Insufficient permissions',
        }),
    ...(takes ? { 422: 'What is wrong, and where' } : {}),
    ...(body && body.kind !== 'stream' ? { 413: 'The body is too large' } : {}),
    503: `${STATUS_CODES[503]}; Retry-After says when to try again`,
  }
}

const json = (shape: z.ZodType) => ({ 'application/json': { schema: reference(shape) } })

function reference(shape: z.ZodType): Json {
  const name = NAMES.get(shape)
  if (name) return { $ref: `#/components/schemas/${name}` }
  if (shape instanceof z.ZodArray) return { type: 'array', items: reference(shape.element as z.ZodType) }
  return jsonSchema(shape)
}

function jsonSchema(shape: z.ZodType): Json {
  const {
    $schema: _dialect,
    $defs: _any,
    ...schema
  } = z.toJSONSchema(shape, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema: made }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(made, { type: 'string', format: 'date-time' })
      if (!made.required) return
      // What has a default need not be sent, and every field of an answer is there anyway.
      const optional = new Set(
        Object.entries(made.properties ?? {})
          .filter(([, field]) => typeof field === 'object' && 'default' in field)
          .map(([name]) => name),
      )
      made.required = made.required.filter((name) => !optional.has(name))
    },
  })
  // Unknown fields are ignored, not refused.
  if (schema.additionalProperties === false) delete schema.additionalProperties
  // The only shape that refers to itself is "any JSON value", which an empty schema says too.
  return JSON.parse(JSON.stringify(schema), (_key, value) => (value?.$ref?.startsWith('#/$defs/') ? {} : value))
}
