import pino from 'pino'
import { readEnv } from './env.ts'

const SECRETS = ['password', 'newPassword', 'currentPassword', 'token', 'key', 'authorization', 'cookie', 'sealed']

// What cannot be written is held up to this, for when there is room again, and beyond it lost.
const HELD_BYTES = 1024 * 1024

// Written at once: pino empties what it holds when a process ends, and waits for ever where the disk is full.
const lines = pino.destination({ dest: 1, sync: true, maxLength: HELD_BYTES })
lines.on('error', () => {}) // a disk that takes no log is no reason to end

/** JSON lines on stdout; secrets are cut out by name wherever they appear on the first two levels. Never throws. */
export const log = pino(
  {
    level: readEnv().LOG_LEVEL,
    base: { process: process.env.PROCESS_NAME ?? 'app' },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    formatters: { level: (level) => ({ level }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  },
  lines,
)

/** An error as a log field: name, message and stack, without the values a driver attaches to it. */
export const failure = (error: unknown) =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack, code: (error as { code?: string }).code }
    : { message: String(error) }
