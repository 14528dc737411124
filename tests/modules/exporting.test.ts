import { parse } from 'csv-parse/sync'
import { parse as lossless, stringify } from 'lossless-json'
import { expect, test } from 'vitest'
import { exported } from '../support/exports.ts'
import { SENT, written } from '../support/queried-rows.ts'
import { base, newTenant, type Tenant } from '../support/world.ts'

const HOSTILE = [
  '{"Name":"=cmd|\' /C calc\'!A0","Pid":-5,"Note":"+1","At":"@SUM(1)","Tab":"\\tx","Nul":"\\u0000x","Minus":"-5","Sp":" -5"}',
  '{"Name":"\u202eexe.tob","Ansi":"\\u001b[31mred","Half":"\\ud800","Bell":"a\\u0007","Line":"a\\r\\nb","Quote":"a\\"b,c;d","Apo":"\'=x"}',
  '{"Pid":18446744073709551616,"FileSize":9007199254740993,"Ratio":1.10,"Big":1e5,"Neg":-0.0,"Text":"9007199254740993","Yes":true,"No":false}',
  '{"Nothing":null,"Null":"null","True":"true","Empty":"","List":[1,"=2",null],"Object":{"a":-1,"b":"=x"},"Json":"{\\"a\\":1}","Hash":"# VelociCompanion export 1"}',
  '{"=2+3":"in the name","(host)":"like ours"," spaced ":"x","":"no name","a,b":"comma","ＳＵＭ":"＝1"}',
  `{"Long":"${'x'.repeat(30_000)}"}`,
]

const rawOf = async (tenant: Tenant, q?: string) =>
  (await tenant.as('viewer').telemetry.rows({ limit: 200, ...(q ? { q } : {}) })).rows
    .map(({ raw, hostname, artifact, flow_id }) => ({ raw, hostname, artifact, flow_id }))
    .sort((a, b) => valuesOf(a.raw).localeCompare(valuesOf(b.raw)))

/** The values of a row, whatever the order and the space between them; every digit counts. */
const valuesOf = (raw: string) => {
  const fields = Object.entries(lossless(raw) as Record<string, unknown>).sort(([a], [b]) => (a < b ? -1 : 1))
  return stringify(fields)!
}
const meant = (rows: Awaited<ReturnType<typeof rawOf>>) =>
  rows.map(({ raw, ...of }) => ({ ...of, values: valuesOf(raw) }))

async function filled() {
  const tenant = await newTenant()
  const of = { artifact: 'Custom.Odd', hostname: 'ws-01', flow_id: 'F.1' }
  await tenant.deliver(`${HOSTILE.join('\n')}\n`, of)
  await tenant.deliver(SENT.map(({ row }) => `${written(row)}\n`).join(''), {
    artifact: 'Windows.System.Pslist',
    hostname: 'DC-01',
  })
  return tenant
}

test('our CSV can be delivered again, and brings the same values; a spreadsheet runs none of it', async () => {
  const tenant = await filled()
  const first = await exported(tenant, { format: 'csv' })
  expect(first.status).toBe(200)
  expect(first.headers.get('content-disposition')).toMatch(/^attachment; filename="rows-[\d-]+\.csv"$/)
  expect(first.headers.get('x-rows-found')).toBe(String(SENT.length + HOSTILE.length))
  const records = parse(first.text, { bom: true, relax_column_count: true }) as string[][]
  const cells = records.flat()
  expect(cells.filter((cell) => /^[=+\-@\t\r\0\uff1d\uff0b\uff0d\uff20]/.test(cell))).toEqual([])
  expect(cells).toEqual(
    expect.arrayContaining(["'=cmd|' /C calc'!A0", "'@SUM(1)", "'-5", ' -5', '18446744073709551616']),
  )

  const other = await newTenant()
  const ledger = await other.deliver(first.text)
  expect(ledger).toMatchObject({ state: 'done', stored: SENT.length + HOSTILE.length, rejected: 0 })
  expect(meant(await rawOf(other))).toEqual(meant(await rawOf(tenant)))
  const again = await exported(other, { format: 'csv' })
  const body = (text: string) => {
    const [, , ...rows] = parse(text, { bom: true, relax_column_count: true }) as string[][]
    return rows
      .map((cells) =>
        cells
          .filter((cell, at) => at !== 4 && cell !== '')
          .sort()
          .join('|'),
      )
      .sort()
  }
  expect(body(again.text)).toEqual(body(first.text))
})

test('JSON lines are the rows exactly as they came, behind one line that says what was asked', async () => {
  const tenant = await filled()
  const q = 'artifact:Custom.Odd'
  const { text } = await exported(tenant, { format: 'jsonl', q })
  const [head, ...lines] = text.trimEnd().split('\n')
  expect(JSON.parse(head!)._VelociCompanionExport).toMatchObject({ asked: { query: q }, of: HOSTILE.length })
  expect(lines).toEqual(HOSTILE)
  const other = await newTenant()
  const ledger = await other.deliver(text, { artifact: 'Custom.Odd', hostname: 'ws-01' })
  expect(ledger).toMatchObject({ received: HOSTILE.length, stored: HOSTILE.length, rejected: 0 })
})

test('Parquet holds every row with its columns, as the engine itself reads it', async () => {
  const tenant = await filled()
  const { installation } = await import('../support/world.ts')
  const { tokenOf } = await import('../rest/client.ts')
  const answer = await fetch(`${installation.url}/api/rows/export?format=parquet&artifact=Custom.Odd`, {
    headers: { authorization: `Bearer ${await tokenOf(tenant, 'viewer')}` },
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  expect([bytes.subarray(0, 4).toString(), bytes.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1'])
  expect(bytes.includes('FileSize')).toBe(true)
  expect(bytes.includes('9007199254740993')).toBe(true)
})

test('a limit cuts the file, which says by how much', async () => {
  const tenant = await filled()
  const { text, headers } = await exported(tenant, { format: 'jsonl', limit: 3 })
  const [head, ...lines] = text.trimEnd().split('\n')
  expect(lines).toHaveLength(3)
  expect(JSON.parse(head!)._VelociCompanionExport).toMatchObject({ of: SENT.length + HOSTILE.length, limit: 3 })
  expect(headers.get('x-rows-sent')).toBe('3')
})

test('a query that is wrong is refused before the file begins, and nobody sees another tenant’s rows', async () => {
  const tenant = await filled()
  expect((await exported(tenant, { q: 'Nope:1' })).status).toBe(422)
  expect((await exported(tenant, { format: 'xlsx' })).status).toBe(422)
  const other = await newTenant()
  expect((await exported(other, { format: 'jsonl' })).text.trimEnd().split('\n')).toHaveLength(1)
})

test('what nobody waits for any more is stopped in the engine', async () => {
  const tenant = await newTenant()
  const gone = new AbortController()
  const rows = base.telemetry.forTenant(tenant.id, gone.signal)
  const slow = rows.select('select count() from numbers(1e13) where sipHash64(number) = 1', {}, { seconds: 300 })
  setTimeout(() => gone.abort(), 300)
  await expect(slow).rejects.toThrow('no longer waited for')
  // The engine has one place fewer while it still works: it must be free again at once.
  const running = async () =>
    (
      await base.telemetry
        .forTenant(tenant.id)
        .select<{ n: number }>(
          `select count() as n from system.processes where query like '%numbers(1e13)%' and query not like '%system.processes%'`,
        )
    )[0]!.n
  await expect.poll(running).toBe(0)
})
