import { expect, test } from 'vitest'
import { timesIn } from '../support/sightings.ts'
import { base, jsonLines, newTenant } from '../support/world.ts'

const ARTIFACT = 'Windows.Forensics.Usn' // one time: Timestamp

// What stands in the column, and the time it is. Null: none.
const FORMS: [value: unknown, is: string | null][] = [
  ['2021-08-21T20:04:11.326061234Z', '2021-08-21T20:04:11.326Z'],
  ['2021-08-21T20:04:11Z', '2021-08-21T20:04:11Z'],
  ['2021-08-21T20:04:11.5+05:30', '2021-08-21T14:34:11.500Z'],
  ['2021-08-21 20:04:11', '2021-08-21T20:04:11Z'],
  ['2021-08-21', '2021-08-21T00:00:00Z'],
  ['20200801-091702', '2020-08-01T09:17:02Z'],
  ['20200801', '2020-08-01T00:00:00Z'],
  ['8/1/2020 9:17:02 AM', '2020-08-01T09:17:02Z'],
  [1590282834, '2020-05-24T01:13:54Z'],
  [1590282834.1201713, '2020-05-24T01:13:54.120Z'],
  ['1590282834', '2020-05-24T01:13:54Z'],
  [1590282834120, '2020-05-24T01:13:54.120Z'],
  [1590282834120171, '2020-05-24T01:13:54.120Z'],
  ['1590282834120171300', '2020-05-24T01:13:54.120Z'],
  ['132347564341201713', '2020-05-24T01:13:54.120Z'],
  // Kept as they came, however little they can be true.
  ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00Z'],
  ['1855-06-01T00:00:00Z', '1855-06-01T00:00:00Z'],
  ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
  // None.
  ['0001-01-01T00:00:00Z', null],
  ['1601-01-01T00:00:00Z', null],
  ['', null],
  [null, null],
  ['null', null],
  [0, null],
  [99, null],
  ['5', null],
  ['12:30', null],
  [true, null],
  [{ a: 1 }, null],
  ['2021-02-30T00:00:00Z', null],
  ['2021-13-01T00:00:00Z', null],
  ['yesterday', null],
  ["2021-08-21T20:04:11Z'); drop table rows; --", null],
]

test('every form in which a time is written is read, and nothing else becomes one', async () => {
  const tenant = await newTenant()
  const rows = FORMS.map(([Timestamp], n) => ({ Timestamp, n, Hostname: 'h' }))
  await tenant.deliver(jsonLines(rows), { artifact: ARTIFACT })
  const found = await timesIn(tenant, ARTIFACT)
  expect(found.map(({ event }, n) => [FORMS[n]![0], event])).toEqual(FORMS)
  for (const { event, times } of found) expect(times).toEqual(event === null ? [] : [`changed ${event}`])
})

test('of every form that is read, the text is told as it stands; of nothing else any', async () => {
  const tenant = await newTenant()
  const rows = FORMS.map(([Timestamp], n) => ({ Timestamp, n, Hostname: 'h' }))
  await tenant.deliver(jsonLines(rows), { artifact: ARTIFACT })
  const told = await tenant.as('viewer').telemetry.rows({ artifact: ARTIFACT, limit: 200 })
  const byLine = told.rows.sort((a, b) => a.line - b.line)
  expect(byLine.map(({ event_source }) => event_source)).toEqual(
    FORMS.map(([value, is]) => (is === null ? null : { column: 'Timestamp', text: String(value) })),
  )
})

test('each labelled time of a row names its own column, also of lists, inside objects, and of artifacts in no list', async () => {
  const tenant = await newTenant()
  const start = '2026-01-05T17:30:00.1234567Z'
  const rows = [
    `{"Artifact":"Windows.NTFS.MFT","Hostname":"h","Created0x10":"${start}","LastModified0x10":"${start}"}`,
    `{"Artifact":"Windows.Forensics.Prefetch","Hostname":"h","LastRunTimes":["2026-01-05T17:30:00Z","2026-01-06 17:30:00"]}`,
    `{"Artifact":"Windows.EventLogs.Evtx","Hostname":"h","System":{"TimeCreated":{"SystemTime":1767634200.1234567}}}`,
    `{"Artifact":"Own.Thing","Hostname":"h","Deep":{"BootTime":132347564341201713},"EventTime":"1/5/2026 5:30:00 PM"}`,
    `{"Artifact":"Own.Undated","Hostname":"h","Name":"x"}`,
  ]
  await tenant.deliver(`${rows.join('\n')}\n`)
  const viewer = tenant.as('viewer')
  const told: Record<string, string[]> = {}
  for (const { id, artifact, event_source } of (await viewer.telemetry.rows({})).rows) {
    const { times } = await viewer.telemetry.row({ id })
    told[artifact] = times.map(({ label, source }) => `${label} ${source?.column}: ${source?.text}`)
    expect(event_source).toEqual(times[0]?.source ?? null)
  }
  expect(told).toEqual({
    'Windows.NTFS.MFT': [`modified LastModified0x10: ${start}`, `created Created0x10: ${start}`],
    'Windows.Forensics.Prefetch': ['run LastRunTimes: 2026-01-06 17:30:00', 'run LastRunTimes: 2026-01-05T17:30:00Z'],
    'Windows.EventLogs.Evtx': ['logged System.TimeCreated.SystemTime: 1767634200.1234567'],
    'Own.Thing': ['logged EventTime: 1/5/2026 5:30:00 PM', 'started Deep.BootTime: 132347564341201713'],
    'Own.Undated': [],
  })
  const { events } = await viewer.timeline.view({})
  const seen = events.flatMap((event) =>
    event.kind === 'row' ? [`${event.label} ${event.source?.column}: ${event.source?.text}`] : [],
  )
  expect(seen.sort()).toEqual(Object.values(told).flat().sort())
})

test('where a column cannot be named with certainty, none is', async () => {
  const tenant = await newTenant()
  // Of a long row the start is at hand: what may stand behind it could be the time.
  const filler = 'x'.repeat(40_000)
  const rows = [
    `{"Artifact":"Windows.NTFS.MFT","Hostname":"a","Created0x10":"2026-01-05T17:30:00Z","OSPath":"${filler}"}`,
    `{"Artifact":"Windows.NTFS.MFT","Hostname":"b","LastModified0x10":"2026-01-05T17:30:00Z","OSPath":"${filler}"}`,
    `{"Artifact":"Windows.NTFS.MFT","Hostname":"c","LastModified0x10":"Jan","Created0x10":"2026-01-05T17:30:00Z"}`,
    `{"Artifact":"Windows.NTFS.MFT","Hostname":"d","LastModified0x10":"2026-01-05T99","Created0x10":"2026-01-05T17:30:00Z"}`,
  ]
  await tenant.deliver(`${rows.join('\n')}\n`)
  const { rows: found } = await tenant.as('viewer').telemetry.rows({ sort: ['host'] })
  expect(found.map(({ hostname, event_source }) => [hostname, event_source?.column ?? null])).toEqual([
    ['a', null],
    ['b', 'LastModified0x10'],
    ['c', 'Created0x10'],
    ['d', null],
  ])
})

test('numbers that only their text holds exactly are read from it', async () => {
  const tenant = await newTenant()
  const lines = ['{"Timestamp":132347564341201713}', '{"Timestamp":1590282834120171300}', '{"Timestamp":1.590282834e9}']
  await tenant.deliver(`${lines.join('\n')}\n`, { artifact: ARTIFACT, hostname: 'h' })
  expect((await timesIn(tenant, ARTIFACT)).map(({ event }) => event)).toEqual([
    '2020-05-24T01:13:54.120Z',
    '2020-05-24T01:13:54.120Z',
    '2020-05-24T01:13:54Z',
  ])
})

test('the time a forwarder sent a row never dates it, and an undated row stays undated', async () => {
  const tenant = await newTenant()
  const sent = { timestamp: '2026-02-05T09:00:00Z', _ts: 1770282000, client_time: 1770282000 }
  await tenant.deliver(
    jsonLines([
      { ...sent, Artifact: 'Own.Thing', Hostname: 'h', EventTime: '2026-02-05T06:00:00Z' },
      { ...sent, Artifact: 'Own.Undated', Hostname: 'h', Name: 'x' },
      { ...sent, Artifact: 'Windows.System.LocalAdmins', Hostname: 'h', Name: 'x' },
      { ...sent, Artifact: 'Own.Events.Thing', Hostname: 'h', Name: 'x' },
    ]),
  )
  const event = async (artifact: string) => (await timesIn(tenant, artifact))[0]?.event
  expect(await event('Own.Thing')).toBe('2026-02-05T06:00:00Z')
  expect(await event('Own.Undated')).toBeNull()
  expect(await event('Windows.System.LocalAdmins')).toBeNull()
  // What a client sends as it happens is dated by when it did.
  expect(await event('Own.Events.Thing')).toBe('2026-02-05T09:00:00Z')
})

test('a row shows all its times; one before 1980 or after it arrived says so and is kept', async () => {
  const tenant = await newTenant()
  const ahead = new Date(Date.now() + 3 * 86_400_000).toISOString()
  const soon = new Date(Date.now() + 3_600_000).toISOString()
  await tenant.deliver(
    jsonLines([
      {
        OSPath: 'C:\\a',
        LastModified0x10: ahead,
        Created0x10: '1975-01-01T00:00:00Z',
        LastAccess0x10: soon,
        LastRecordChange0x10: '2026-02-05T06:00:00Z',
      },
    ]),
    { artifact: 'Windows.NTFS.MFT', hostname: 'h' },
  )
  const { rows } = await tenant.as('viewer').telemetry.rows({})
  const row = await tenant.as('viewer').telemetry.row({ id: rows[0]!.id })
  expect(row.event_time).toEqual(new Date(ahead))
  expect(row.time_doubt).toBe('after it arrived')
  expect(row.times.map(({ label, doubt }) => [label, doubt])).toEqual([
    ['modified', 'after it arrived'],
    ['created', 'before 1980'],
    ['changed', null],
    ['accessed', null],
  ])
})

test('the times of one artifact never become those of another in the same delivery', async () => {
  const tenant = await newTenant()
  const both = { Timestamp: '2026-01-01T00:00:00Z', CreateTime: '2026-01-02T00:00:00Z', Hostname: 'h' }
  await tenant.deliver(
    jsonLines([
      { ...both, Artifact: 'Windows.System.Pslist' },
      { ...both, Artifact: 'Windows.Forensics.Usn' },
      { ...both, Artifact: "It's \\ a `name`" },
    ]),
  )
  expect((await timesIn(tenant, 'Windows.System.Pslist'))[0]!.event).toBe('2026-01-02T00:00:00Z')
  expect((await timesIn(tenant, 'Windows.Forensics.Usn'))[0]!.event).toBe('2026-01-01T00:00:00Z')
  expect((await timesIn(tenant, "It's \\ a `name`"))[0]!.times).toHaveLength(2)
  const [{ n } = { n: -1 }] = await base.telemetry
    .forTenant(tenant.id)
    .select<{ n: number }>('select count() as n from rows where tenant_id = {tenant:UInt64}')
  expect(n).toBe(3)
})
