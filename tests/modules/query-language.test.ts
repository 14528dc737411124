import { beforeAll, describe, expect, test } from 'vitest'
import { callProcedure } from '../support/product-client.ts'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'

let tenant: Tenant
let other: Tenant

const PSLIST = 'Windows.System.Pslist'
const ROWS = [
  { Name: 'cmd.exe', Pid: 4, Exe: 'C:\\Windows\\System32\\cmd.exe', Odd: '\u202eevil <script>alert(1)</script>' },
  { Name: 'cmd.exe', Pid: 5, Exe: 'C:\\Temp\\cmd.exe', Odd: 'a "quoted" value' },
  { Name: 'lsass.exe', Pid: 6, Exe: 'C:\\Windows\\System32\\lsass.exe', Odd: "'; drop table rows --" },
]

beforeAll(async () => {
  tenant = await newTenant()
  other = await newTenant()
  await tenant.deliver(jsonLines(ROWS), { artifact: PSLIST, hostname: 'ws-01' })
  const secret = { Name: 'secret-agent.exe', SecretColumn: 'secret-value', Pid: 4 }
  await other.deliver(jsonLines([secret]), { artifact: 'Secret.Artifact', hostname: 'secret-host' })
})

const reading = (q: string) => tenant.as('viewer').language.read({ q })
const complete = (q: string, more: object = {}) => tenant.as('viewer').language.complete({ q, ...more })
const offered = async (q: string, more: object = {}) => (await complete(q, more)).suggestions.map(({ text }) => text)
const cookieOf = async () =>
  (await base.auth.sessions.open(tenant.people.viewer.id, tenant.id, { ip: null, userAgent: 'test' })).split(';')[0]!

describe('a query that cannot be', () => {
  test('is answered by 422 with place, length, what was expected and the field meant', async () => {
    const reply = await callProcedure('telemetry.rows', {
      type: 'query',
      input: { q: 'cmd Nmae:x' },
      cookie: await cookieOf(),
    })
    expect(reply.status).toBe(422)
    expect(reply.text).toContain('"q.at":"4"')
    expect(reply.text).toContain('"q.length":"4"')
    expect(reply.text).toContain('"q.expected":"a field"')
    expect(reply.text).toContain('"q.meant":"Name"')
  })

  test.each([
    ['Name:/a(b/', 6, 3],
    ['Name:/x(?=y)/', 7, 3],
    ['Name:/a(b{1001})/', 9, 6],
    // What stands there twice cannot be told apart: the whole pattern is the place.
    ['Name:/(a{1000}){1000}/', 6, 15],
    ['Name:/(a)\\1/', 9, 2],
    ['x OR /[z-a]/', 7, 3],
  ])('%s: the regular expression and the part of it that RE2 refuses', async (q, at, length) => {
    const { flaw } = await reading(q)
    expect(flaw).toMatchObject({ at, length })
    expect(flaw?.message).toContain('RE2')
  })

  test('of a saved page is told, not thrown', async () => {
    expect(await reading('a OR')).toMatchObject({ said: null, flaw: { at: 4 } })
    expect(await reading('Name:cmd.exe')).toMatchObject({ text: 'whose Name is “cmd.exe”', flaw: null })
    expect(await reading('')).toMatchObject({ text: '', flaw: null })
  })
})

describe('another tenant', () => {
  test('is in no answer, whatever is asked', async () => {
    for (const q of [
      'secret',
      'Name:secret*',
      'NOT Name:nothing',
      '*',
      'host:secret-host',
      'artifact:Secret.*',
      'Pid:4',
    ]) {
      const { rows } = await tenant.as('viewer').telemetry.rows({ q, limit: 200 })
      expect(JSON.stringify(rows).toLowerCase()).not.toContain('secret')
    }
  })

  test('has fields that are as unknown as those of nobody', async () => {
    const ask = async (name: string) => JSON.stringify(await reading(`${name}:x`)).replaceAll(name, 'F')
    expect(await ask('SecretColumn')).toBe(await ask('NobodyColumn'))
    expect(await ask('row.SecretColumn')).toBe(await ask('row.NobodyColumn'))
    expect(JSON.stringify(await reading('SecretColum:x'))).not.toContain('SecretColumn')
  })

  test('is in no completion', async () => {
    const all = [
      await complete('Secr'),
      await complete(''),
      await complete('artifact:'),
      await complete('host:'),
      await complete('Name:'),
      await complete('SecretColumn:'),
      await complete('Name:', { artifact: 'Secret.Artifact' }),
      await complete('process.name:', { artifact: 'Secret.Artifact' }),
    ]
    expect(JSON.stringify(all.map(({ suggestions }) => suggestions)).toLowerCase()).not.toContain('secret')
  })
})

describe('completion', () => {
  test('offers the fields that begin as what is typed, ours first, then those that hold it', async () => {
    const named = ['Name:', 'host.name:', 'process.name:', 'destination.ip:', 'user.name:', 'rule.name:']
    expect(await offered('Na')).toEqual(named)
    expect(await offered('x OR -proc')).toEqual(['process.name:', 'process.command_line:'])
    expect(await complete('x OR -proc')).toMatchObject({ at: 6, length: 4, kind: 'field' })
  })

  test('offers the values of a column, the commonest first, written so that they are found', async () => {
    expect(await offered('Name:')).toEqual(['cmd.exe', 'lsass.exe'])
    expect(await offered('process.name:l', { artifact: PSLIST })).toEqual(['lsass.exe'])
    expect(await offered('Name:(cmd.exe, ls')).toEqual(['lsass.exe'])
    for (const value of await offered('Odd:')) {
      const { rows } = await tenant.as('viewer').telemetry.rows({ q: `Odd:${value}`, limit: 5 })
      expect([value, rows.length]).toEqual([value, 1])
    }
    expect(await offered('Exe:"C:\\Temp')).toEqual(['C:\\Temp\\cmd.exe'])
  })

  test('offers artifacts, hosts and times', async () => {
    expect(await offered('artifact:win')).toEqual([PSLIST])
    expect(await offered('host:ws')).toEqual(['ws-01'])
    expect(await offered('time:last')).toEqual(['last 24 hours', 'last 7 days', 'last 30 days'])
    expect(await offered('Nothing:x')).toEqual([])
  })

  test('is bounded in number and length', async () => {
    const crowded = await newTenant()
    const rows = Array.from({ length: 300 }, (_, n) => ({ Name: `name-${n}`, [`Column${n}`]: 'x'.repeat(n) }))
    await crowded.deliver(jsonLines(rows), { artifact: 'Crowded', hostname: 'h' })
    const ask = (q: string) => crowded.as('viewer').language.complete({ q })
    expect((await ask('Column')).suggestions).toHaveLength(20)
    expect((await ask('Name:')).suggestions).toHaveLength(20)
    expect((await ask('Column299:')).suggestions).toHaveLength(0)
  })
})

const HOSTILE = [
  '(a+)+$', '(a|a)*b', '(a|aa)+$', '(.*a){20}', '^(([a-z])+.)+[A-Z]([a-z])+$', '([a-zA-Z]+)*', '(x+x+)+y', '(\\w*)*$',
  '(a*)*(b*)*(c*)*!', '((a?){500})', '(a{1000}){1000}', '[^]', '(?<=a)b', '\\1(a)', '(?R)', '(?:(?:(?:a{2}){2}){2}){9}',
  '.*.*.*.*.*.*.*.*=x', '\\p{L}{1,500}x', '(((((((((a*)*)*)*)*)*)*)*)*)*', '(?i)(s|ſ)+k', 
] // biome-ignore format: a list to read across

test('twenty hostile regular expressions are each answered or refused with their place', async () => {
  expect(HOSTILE).toHaveLength(20)
  const long = await newTenant()
  await long.deliver(jsonLines([{ Name: `${'a'.repeat(100_000)}!` }]), { artifact: 'Long', hostname: 'h' })
  const outcomes = await Promise.all(
    HOSTILE.flatMap((pattern) => [`Name:/${pattern}/`, `/${pattern}/`]).map((q) =>
      long
        .as('viewer')
        .telemetry.rows({ q, limit: 5 })
        .then(
          ({ rows }) => rows.length <= 1,
          (error: { code: string; cause?: { fields?: Record<string, string> } }) =>
            error.code === 'UNPROCESSABLE_CONTENT' && error.cause?.fields?.['q.at'] !== undefined,
        ),
    ),
  )
  expect(outcomes.every(Boolean)).toBe(true)
})

const PAYLOADS = [
  "' or 1=1 --", '") or 1=1 --', '`); drop table rows; --', "\\' union select * from system.users", '{tenant:UInt64}',
  '{q0:String}', '$(id)', '%27%20or%201', 'row) as x', '* from url(\'http://127.0.0.1\')', "file('/etc/passwd')", '/*', '*/',
  ';', '\\', "\\'", '\u0000x', '\ud800', '\u202e', '\n', '\t', '`', '``', '"', '""', "'", "''", '[', ']', '{', '}', '(', ')', ':',
  '.:`Int64`', '^`a`', 'a.:`Array(JSON)`', 'row.^`x`', '-1e999', '1e999', '99999999999999999999999999999999999999999', 'NaN', 'inf',
] // biome-ignore format: a list to read across

test('no payload is ever part of a statement: each is text that is found or not, or a flaw', async () => {
  const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`
  for (const payload of PAYLOADS) {
    const forms = [payload, quoted(payload), `Name:${payload}`, `Name:${quoted(payload)}`, `${quoted(payload)}:x`]
    forms.push(
      `row.${quoted(payload)}:*`,
      `Name:/${payload}/`,
      `Pid>${payload}`,
      `host:${quoted(payload)}`,
      `Name:*${quoted(payload)}?`,
    )
    const outcomes = await Promise.all(
      forms.map((q) =>
        tenant
          .as('viewer')
          .telemetry.rows({ q, limit: 5 })
          .then(
            () => 'rows',
            (error: { code: string }) => error.code,
          ),
      ),
    )
    expect([
      payload,
      outcomes.filter((code) => !['rows', 'UNPROCESSABLE_CONTENT', 'BAD_REQUEST'].includes(code)),
    ]).toEqual([payload, []])
  }
})
