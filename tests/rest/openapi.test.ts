import { describe, expect, test } from 'vitest'
import { ROUTES } from '#server/rest/routes.ts'
import { installation } from '../support/world.ts'

type Operation = {
  operationId: string
  security: object[]
  parameters: { name: string; in: string; schema: object }[]
  requestBody?: { content: Record<string, { schema: object }> }
  responses: Record<string, { description: string }>
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object>; securitySchemes: Record<string, object> }
}

const get = (path: string) => fetch(`${installation.url}${path}`)
const document = (await (await get('/openapi.json')).json()) as Document
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ line: `${method} ${path}`, path, operation })),
)

describe('the OpenAPI document', () => {
  test('names every route of the table and no other', () => {
    const table = ROUTES.map(({ method, path }) => `${method} /api${path}`)
    expect(operations.map(({ line }) => line).sort()).toEqual(table.sort())
  })

  test('is 3.1, and everything it refers to is there', () => {
    expect(document.openapi).toBe('3.1.0')
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(([, to]) => to!)
    expect(references.length).toBeGreaterThan(50)
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    expect(references.filter((to) => !known.includes(to))).toEqual([])
    const schemes = operations.flatMap(({ operation }) => operation.security.flatMap((one) => Object.keys(one)))
    for (const name of schemes) expect(document.components.securitySchemes).toHaveProperty(name)
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length)
  })

  test.each(operations)('$line is complete', ({ path, operation }) => {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name)).toEqual(inPath)
    for (const { schema } of operation.parameters) expect(Object.keys(schema).length).toBeGreaterThan(0)
    expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true)
    expect(operation.responses).toHaveProperty('503')
    if (operation.security.length > 0)
      for (const status of ['401', '403']) expect(operation.responses).toHaveProperty(status)
  })

  test('says what the schemas say', () => {
    const hosts = document.paths['/api/hosts']?.get
    expect(hosts?.parameters.find(({ name }) => name === 'limit')?.schema).toMatchObject({
      type: 'integer',
      minimum: 1,
      maximum: 1000,
      default: 100, // biome-ignore format: one schema
    })
    expect(document.components.schemas.HostRead).toMatchObject({
      properties: { created_at: { type: 'string', format: 'date-time' } },
      required: expect.arrayContaining(['id', 'ip_address', 'last_seen']),
    })
    const login = document.paths['/api/auth/login']?.post?.requestBody?.content ?? {}
    expect(Object.keys(login)).toEqual(['application/x-www-form-urlencoded', 'multipart/form-data', 'application/json'])
    expect(login['application/json']?.schema).toMatchObject({ required: ['username', 'password'] })
  })
})

describe('its pages', () => {
  test.each(['/docs', '/redoc', '/docs/'])('%s loads from this server alone, scripts by nonce', async (path) => {
    const page = await get(path)
    const html = await page.text()
    expect(page.status).toBe(200)
    const policy = page.headers.get('content-security-policy') ?? ''
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1]
    expect(policy).toContain("style-src 'self' 'unsafe-inline'")
    expect(policy).not.toMatch(/script-src[^;]*unsafe/)
    const scripts = [...html.matchAll(/<script ([^>]*)>/g)].map(([, attributes]) => attributes!)
    expect(scripts).toHaveLength(2)
    for (const attributes of scripts) expect(attributes).toContain(`nonce="${nonce}"`)
    const sources = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source!)
    expect(sources.filter((source) => !source.startsWith('/'))).toEqual([])
    for (const source of sources.filter((one) => one.startsWith('/docs/'))) {
      const asset = await get(source)
      expect([asset.status, asset.headers.get('content-type')]).toEqual([200, expect.stringMatching(/javascript|css/)])
      expect(await asset.text()).not.toContain('cdn.redoc')
    }
  })

  test('nothing else lies beside the assets', async () => {
    for (const name of ['package.json', '../openapi.json', '%2e%2e/%2e%2e/package.json']) {
      expect((await get(`/docs/assets/${name}`)).headers.get('content-type')).not.toMatch(/json/)
    }
  })
})
