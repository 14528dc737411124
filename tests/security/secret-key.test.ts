import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectRoot } from '#db/root.ts'
import { checkSecretKey, StartError } from '#server/platform/env.ts'

const WEAK = [
  'short',
  'a'.repeat(64),
  'abcabcabc'.repeat(8),
  'your-secret-key-here-change-in-production',
  'CHANGEME'.repeat(5),
  '0123456789'.repeat(3),
]

test.each(WEAK)('the signing key %s is refused', (key) => {
  expect(() => checkSecretKey(key)).toThrow(StartError)
})

test('the product does not start with a weak key, and says what to do', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'velocicompanion-weak-'))
  const { DATABASE_URL: _db, CLICKHOUSE_URL: _ch, ...env } = process.env
  const child = spawn(process.execPath, [join(projectRoot, 'build/server/index.js')], {
    env: { ...env, NODE_ENV: 'production', DATA_DIR: dataDir, PORT: '0', SECRET_KEY: 'password' },
  })
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  rmSync(dataDir, { recursive: true, force: true })
  expect([code, said.trim()]).toEqual([1, 'SECRET_KEY must be at least 32 random characters: openssl rand -base64 48'])
})
