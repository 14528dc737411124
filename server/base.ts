import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { openPool } from '#db/pool.ts'
import type { Tables } from '#db/types.ts'
import { backlogOf } from './backlog.ts'
import { openAdmission } from './platform/admission.ts'
import { accessTokens } from './platform/auth/access-tokens.ts'
import { attempts } from './platform/auth/attempts.ts'
import { sessions } from './platform/auth/sessions.ts'
import { checkSecretKey, type Env, publicOrigin, StartError } from './platform/env.ts'
import { openSpool } from './platform/spool.ts'
import { openTelemetry } from './platform/telemetry.ts'
import type { RequestContext } from './platform/trpc.ts'
import { subscribe } from './subscriptions.ts'

/** How many clients of PostgreSQL the web process has for pages and doors, beside those of its intake. */
export const WEB_CLIENTS = 10
// Each of three loads holds one all along, for its lock, and asks with up to three at once.
const WORKER_CLIENTS = 12

export type Base = Omit<RequestContext, 'actor' | 'requestId' | 'ip' | 'delivered'>

/** What web and worker share: the pools, the row engine, the spool and the doors of authentication. */
export async function openBase(env: Env, name: 'web' | 'worker'): Promise<Base & { close: () => Promise<void> }> {
  const secrets = [env.SECRET_KEY ?? '', env.SECRET_KEY_PREVIOUS].filter((key) => key !== undefined).map(checkSecretKey)
  const pool = openPool(env.APP_DATABASE_URL, {
    name: `velocicompanion-${name}`,
    max: name === 'web' ? WEB_CLIENTS : WORKER_CLIENTS,
    statementTimeoutMs: name === 'web' ? 5_000 : 600_000,
  })
  // What brings rows has connections of its own, so that pages never wait for a flood of deliveries to get one.
  const intake = name === 'web' ? openPool(env.APP_DATABASE_URL, { name: 'velocicompanion-intake', max: 4 }) : null
  const telemetry = openTelemetry(env.CLICKHOUSE_URL ?? '', {
    name: `velocicompanion-${name}`,
    rememberedBytes: env.MAX_REMEMBERED_BYTES,
  })
  const spool = openSpool(join(env.DATA_DIR, 'spool'), {
    maxBytes: env.MAX_DELIVERY_BYTES,
    minFreeBytes: env.MIN_FREE_DISK_BYTES,
  })
  await refuseSuperuser(pool.db)
  subscribe()
  return {
    env,
    telemetry,
    pool: pool.db,
    intakePool: intake?.db ?? pool.db,
    spool,
    admission: openAdmission(admissionLimits(env), {
      backlog: (afterId) => backlogOf(pool.db, afterId),
      roomOnDisk: () => spool.hasRoom(),
    }),
    auth: {
      pool: pool.db,
      sessions: sessions(pool.db, { secure: publicOrigin(env).protocol === 'https:' }),
      tokens: accessTokens(secrets, env.ACCESS_TOKEN_EXPIRE_MINUTES),
      attempts: attempts(pool.raw),
      secret: secrets[0]!,
      setupCode: env.SETUP_CODE,
    },
    close: async () => {
      await telemetry.close()
      await intake?.close()
      await pool.close()
    },
  }
}

const admissionLimits = (env: Env) => ({
  tenantBytes: env.MAX_TENANT_BYTES_IN_FLIGHT,
  allBytes: env.MAX_BYTES_IN_FLIGHT,
  tenantBacklogBytes: env.MAX_TENANT_BACKLOG_BYTES,
  allBacklogBytes: env.MAX_BACKLOG_BYTES,
  backlogMinutes: env.MAX_BACKLOG_MINUTES,
})

// Row security does not bind a superuser: serving as one would take the inner wall away without a sign.
async function refuseSuperuser(pool: Kysely<Tables>) {
  const { rows } = await sql<{
    open: boolean
  }>`select rolsuper or rolbypassrls as open from pg_roles where rolname = current_user`.execute(pool)
  if (rows[0]?.open)
    throw new StartError(
      'The serving database role is a superuser or bypasses row security. Start through npm start, which makes its own roles.',
    )
}
