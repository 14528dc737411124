import pino from 'pino'
import { readEnv } from './env.ts'

const SECRETS = ['password', 'newPassword', 'currentPassword', 'token', 'key', 'authorization', 'cookie', 'sealed']

/** JSON lines on stdout; secrets are cut out by name wherever they appear on the first two levels. */
export const log = pino({
  level: readEnv().LOG_LEVEL,
  base: { process: process.env.PROCESS_NAME ?? 'app' },
  redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
  formatters: { level: (level) => ({ level }) },
  timestamp: pino.stdTimeFunctions.isoTime,
})

/** An error as a log field: name, message and stack, without the values a driver attaches to it. */
export const failure = (error: unknown) =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack, code: (error as { code?: string }).code }
    : { message: String(error) }
