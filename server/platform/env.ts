import { join } from 'node:path'
import { z } from 'zod'
import { projectRoot } from '#db/root.ts'

const flag = z.stringbool().default(false)
const count = (fallback: number) => z.coerce.number().int().positive().default(fallback)
const empty = (value: unknown) => (value === '' ? undefined : value)

/** Everything that can be configured, by the name of its environment variable. README.md lists it. */
const Environment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  PUBLIC_URL: z.preprocess(empty, z.url().optional()),
  DATA_DIR: z.string().default(join(projectRoot, '.data')),
  DATABASE_URL: z.preprocess(empty, z.url().optional()),
  CLICKHOUSE_URL: z.preprocess(empty, z.url().optional()),
  SECRET_KEY: z.preprocess(empty, z.string().optional()),
  SECRET_KEY_PREVIOUS: z.preprocess(empty, z.string().optional()),
  ACCESS_TOKEN_EXPIRE_MINUTES: count(30),
  REGISTRATION: z.enum(['invitation', 'open']).default('invitation'),
  CORS_ORIGINS: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    ),
  TRUST_PROXY: z.string().default(''),
  MAX_DELIVERY_BYTES: count(4 * 1024 ** 3),
  MIN_FREE_DISK_BYTES: count(1024 ** 3),
  MAX_BYTES_IN_FLIGHT: count(64 * 1024 ** 2),
  MAX_TENANT_BYTES_IN_FLIGHT: count(16 * 1024 ** 2),
  MAX_BACKLOG_BYTES: count(32 * 1024 ** 3),
  MAX_TENANT_BACKLOG_BYTES: count(8 * 1024 ** 3),
  MAX_BACKLOG_MINUTES: count(60),
  MAX_REMEMBERED_BYTES: z.coerce
    .number()
    .int()
    .nonnegative()
    .default(64 * 1024 ** 2),
  VIRUSTOTAL_API_KEY: z.preprocess(empty, z.string().optional()),
  VIRUSTOTAL_URL: z.url().default('https://www.virustotal.com/api/v3'),
  METRICS_TOKEN: z.preprocess(empty, z.string().optional()),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  DISABLE_API_DOCS: flag,
  LOG_STDOUT: flag,
  // Set by the composition root for the processes it starts.
  APP_DATABASE_URL: z.string().default(''),
  JOBS_DATABASE_URL: z.string().default(''),
  SETUP_CODE: z.string().default(''),
  LISTEN_FD: z.coerce.number().int().optional(),
})

export type Env = z.infer<typeof Environment>

/** The configuration, checked. Throws StartError naming the variable and what it must be. */
export function readEnv(source: Record<string, string | undefined> = process.env): Env {
  const parsed = Environment.safeParse(source)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new StartError(`${issue?.path.join('.')}: ${issue?.message}.`)
}

/** A reason not to start, in one line that says what to do. */
export class StartError extends Error {}

const KNOWN_KEYS = new Set(['changeme', 'secret', 'your-secret-key', 'your-secret-key-here-change-in-production'])

/** Refuses a signing key that could be guessed: shorter than 32 characters, repeated, or an example. */
export function checkSecretKey(key: string): string {
  const weak = key.length < 32 || new Set(key).size < 10 || KNOWN_KEYS.has(key.toLowerCase())
  if (weak) throw new StartError('SECRET_KEY must be at least 32 random characters: openssl rand -base64 48')
  return key
}

/** Where browsers reach the installation. Refuses plain http anywhere but on loopback, because cookies would be readable. */
export function publicOrigin(env: Pick<Env, 'PUBLIC_URL' | 'HOST' | 'PORT'>): URL {
  const host = env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST
  const url = new URL(env.PUBLIC_URL ?? `http://${isAny(env.HOST) ? '127.0.0.1' : host}:${env.PORT}`)
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return url
  throw new StartError(
    `${env.PUBLIC_URL ? 'PUBLIC_URL' : 'HOST'} ${url.origin} is plain http: sessions could be read on the network. Put a TLS proxy in front and set PUBLIC_URL to its https address.`,
  )
}

const isAny = (host: string) => host === '0.0.0.0' || host === '::'

/** Whether a host name or address means this machine only. */
export const isLoopback = (host: string) => /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host)
