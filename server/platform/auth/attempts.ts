import type pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '../errors.ts'

const TABLE = { storeType: 'client', schemaName: 'auth', tableName: 'rate_limit', tableCreated: true } as const

export type Attempts = ReturnType<typeof attempts>

/** Counts failed sign-ins in PostgreSQL, so that every process and every door shares them and a restart forgets none. */
export function attempts(client: pg.Pool) {
  const limiter = (keyPrefix: string, points: number, minutes: number) =>
    new RateLimiterPostgres({ ...TABLE, storeClient: client, keyPrefix, points, duration: minutes * 60 })
  const pair = limiter('sign-in-pair', 10, 15)
  const account = limiter('sign-in-account', 100, 24 * 60)
  const address = limiter('sign-in-address', 300, 60)
  const keys = (username: string, ip: string) =>
    [
      [pair, `${username.toLowerCase()}|${ip}`],
      [account, username.toLowerCase()],
      [address, ip],
    ] as const

  return {
    /** Throws AppError `rate_limited` with the time to wait when this account or address has failed too often. */
    async check(username: string, ip: string): Promise<void> {
      const found = await Promise.all(
        keys(username, ip).map(async ([limit, key]) => ({ limit, state: await limit.get(key) })),
      )
      const blocked = found.find(({ limit, state }) => state !== null && state.consumedPoints >= limit.points)
      if (blocked?.state) throw tooMany(blocked.state)
    },

    /** Counts one failure. */
    async failed(username: string, ip: string): Promise<void> {
      await Promise.all(
        keys(username, ip).map(([limit, key]) =>
          limit.consume(key).catch((error: unknown) => {
            if (!(error instanceof RateLimiterRes)) throw error
          }),
        ),
      )
    },

    /** A success clears what the pair has failed; the account's and the address's day go on. */
    async succeeded(username: string, ip: string): Promise<void> {
      await pair.delete(`${username.toLowerCase()}|${ip}`)
    },
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes) {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000))
  const wait = seconds > 90 ? `${Math.ceil(seconds / 60)} minutes` : `${seconds} seconds`
  return new AppError('rate_limited', `Too many failed sign-ins. Try again in ${wait}.`, {}, seconds)
}
