import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { jsonLines, newTenant } from '../support/world.ts'
import { ask, tokenOf } from './client.ts'

const EVIL = createHash('sha256').update('evil').digest('hex')

type Verdict = { id: number; value: string; verdict: string; owner_name: string }

test('another tool asks where a value was seen and what was decided, and decides, in any form of the value', async () => {
  const tenant = await newTenant()
  const rows = ['a', 'b'].map((Hostname) => ({ Hostname, Hash: { SHA256: EVIL } }))
  await tenant.deliver(jsonLines(rows), { artifact: 'Windows.System.Pslist' })
  const token = await tokenOf(tenant, 'user')
  const query = `type=hash&value=SHA256%3D${EVIL.toUpperCase()}`
  const before = await ask(`GET /observables?${query}`, { token })
  expect([before.status, before.body]).toEqual([200, { type: 'hash', value: EVIL, shape: '', hosts: 2, total_hosts: 2, verdict: null }]) // biome-ignore format: one line
  const json = {
    observables: [{ type: 'hash', value: EVIL.toUpperCase() }],
    verdict: 'malicious',
    reason: 'a feed says so',
  }
  const given = await ask<{ ids: number[]; undo: string }>('POST /verdicts', { token, json })
  expect([given.status, given.body.ids.length]).toEqual([201, 1])
  const found = await ask<Verdict[]>(`GET /verdicts?${query}`, { token })
  expect(found.body).toMatchObject([{ id: given.body.ids[0], value: EVIL, verdict: 'malicious', owner_name: tenant.people.user.username }]) // biome-ignore format: one line
  const after = await ask(`GET /observables?${query}`, { token })
  expect(after.body).toMatchObject({ hosts: 2, verdict: { verdict: 'malicious', partial: false } })
  const stale = await ask('POST /verdicts', {
    token,
    json: { ...json, observables: [{ type: 'hash', value: EVIL, version: 0 }] },
  })
  expect(stale.status).toBe(409)
  const wrong = await ask(`GET /observables?type=hash&value=none`, { token })
  expect(wrong.status).toBe(422)
  const elsewhere = await tokenOf(await newTenant(), 'admin')
  expect((await ask('GET /verdicts', { token: elsewhere })).body).toEqual([])
})
