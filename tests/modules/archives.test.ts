import { constants, createHash, generateKeyPairSync, publicEncrypt } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { inTenant, type TenantDb } from '#server/platform/tenant.ts'
import { type Packed, zipOf } from '../support/archive.ts'
import { base, callerFor, ended, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const CLIENT = 'C.a99f1c2d3e4f5a6b'
const FLOW = 'F.CD62UJJO259A4'

const pslist = (n: number) => ({ Pid: n, Name: 'svchost.exe', CreateTime: `2026-02-05T13:57:0${n}Z` })
const serverInfo = {
  client_id: CLIENT, hostname: 'WS-0412', fqdn: 'WS-0412.corp.example', system: 'windows', release: '10.0.22631',
  architecture: 'amd64', ip_address: '10.1.2.3:52117', ping: 1_770_299_822_123_456, client_version: '0.77.2',
  labels: ['finance'], mac_addresses: ['00:0c:29:00:26:7e'],
} // biome-ignore format: a record to read across
const context = {
  session_id: FLOW,
  client_id: CLIENT,
  request: {
    artifacts: ['Windows.System.Pslist'],
    creator: 'hanna',
    specs: [{ artifact: 'Windows.System.Pslist', parameters: { env: [{ key: 'ProcessRegex', value: 'svc' }] } }],
  },
  create_time: 1_770_299_000_000_000,
  start_time: '1770299001000000',
  active_time: 1_770_299_002_000_000,
  state: 2,
  total_collected_rows: 3,
}

const collection = (root = ''): Packed[] => [
  { name: `${root}client_info.json`, content: JSON.stringify(serverInfo, null, 1) },
  { name: `${root}collection_context.json`, content: JSON.stringify(context, null, 1) },
  {
    name: `${root}results/Windows.System.Pslist.json`,
    content: jsonLines([pslist(1), pslist(2), pslist(3)]),
    later: true,
  },
]

const membersOf = async (tenant: Tenant, id: number) =>
  (await tenant.as('viewer').ingestion.members({ id, limit: 200 })).rows
const rowsOf = async (tenant: Tenant, artifact?: string) =>
  (await tenant.as('viewer').telemetry.rows({ ...(artifact ? { artifact } : {}), limit: 100 })).rows
const hostsOf = async (tenant: Tenant) => (await tenant.as('viewer').hosts.list({})).rows
const records = <T>({ id }: Tenant, read: (db: TenantDb) => Promise<T>) =>
  inTenant(base.pool, { tenantId: id, accountId: null, requestId: 'test' }, 'read only', read)

test('a collection from the server: rows under host, artifact and flow; its record fills host and flow', async () => {
  const tenant = await newTenant()
  const batch = await tenant.deliver(zipOf(collection()))
  expect(batch).toMatchObject({ state: 'done', format: 'zip', received: 3, stored: 3, rejected: 0, error: null })
  expect(await hostsOf(tenant)).toMatchObject([{ client_id: CLIENT, hostname: 'WS-0412' }])
  const rows = await rowsOf(tenant, 'Windows.System.Pslist')
  expect(rows.map(({ event_time }) => event_time?.toISOString()).sort()).toEqual([
    '2026-02-05T13:57:01.000Z',
    '2026-02-05T13:57:02.000Z',
    '2026-02-05T13:57:03.000Z',
  ])
  const [flow] = await records(tenant, (db) => db.selectFrom('flow').selectAll().execute())
  expect(flow).toMatchObject({
    flow_id: FLOW,
    artifacts: ['Windows.System.Pslist'],
    creator: 'hanna',
    state: 'finished',
    rows: 3,
    parameters: { 'Windows.System.Pslist': { ProcessRegex: 'svc' } },
    asked_at: new Date('2026-02-05T13:43:20.000Z'),
    started_at: new Date('2026-02-05T13:43:21.000Z'),
    hunt_id: null,
  })
  expect(await membersOf(tenant, batch.id)).toMatchObject([
    { name: 'client_info.json', kind: 'context' },
    { name: 'collection_context.json', kind: 'context' },
    {
      name: 'results/Windows.System.Pslist.json',
      kind: 'rows',
      artifact: 'Windows.System.Pslist',
      client_id: CLIENT,
      first_line: 1,
      lines: 3,
    },
  ])
})

test('an offline collection: HostID tells the machine, its times are nanoseconds, names are unescaped once', async () => {
  const tenant = await newTenant()
  const zip = zipOf([
    {
      name: 'client_info.json',
      content:
        '{"Hostname":"KIOSK-7","Fqdn":"kiosk-7.lan","HostID":"4c4c4544-0042","OS":"windows","Platform":"Windows 11","PlatformVersion":"22631"}\n',
    },
    {
      name: 'collection_context.json',
      content: JSON.stringify({
        context: { ...context, client_id: undefined, create_time: 1665937230085827918n.toString(), state: 'FINISHED' },
      }),
    },
    { name: 'results/Windows.System.TaskScheduler%2FAnalysis.json', content: '{"TaskName":"a"}\n' },
    { name: 'results/Windows.System.TaskScheduler%2FAnalysis.json.index', content: Buffer.alloc(8) },
    { name: 'results/Custom.100%2525.json', content: '{"a":1}\n' },
    { name: 'log.json', content: '{"level":"INFO","message":"x"}\n' },
    { name: 'requests.json', content: '{"items":[]}' },
  ])
  const batch = await tenant.deliver(zip)
  expect(batch).toMatchObject({ state: 'done', stored: 2, received: 2 })
  expect((await rowsOf(tenant)).map(({ artifact }) => artifact).sort()).toEqual([
    'Custom.100%25',
    'Windows.System.TaskScheduler/Analysis',
  ])
  expect(await hostsOf(tenant)).toMatchObject([{ hostname: 'KIOSK-7', client_id: null }])
  const [flow] = await records(tenant, (db) => db.selectFrom('flow').select(['asked_at', 'state']).execute())
  expect(flow).toEqual({ asked_at: new Date('2022-10-16T16:20:30.085Z'), state: 'finished' })
  const files = await membersOf(tenant, batch.id)
  expect(files.map(({ name, kind }) => [name, kind])).toContainEqual(['log.json', 'log'])
  expect(files.some(({ name }) => name.endsWith('.index'))).toBe(false)
})

test('the oldest layout has no results folder, and its host is in its first artifact', async () => {
  const tenant = await newTenant()
  const zip = zipOf([
    {
      name: 'Generic.Client.Info/BasicInformation.json',
      content: '{"Name":"velociraptor","Hostname":"DESKTOP-1","OS":"windows","Fqdn":"DESKTOP-1.lan"}\n',
    },
    { name: 'Generic.Client.Info/Users.json', content: '{"Name":"SYSTEM"}\n{"Name":"test"}\n' },
  ])
  expect(await tenant.deliver(zip)).toMatchObject({ state: 'done', stored: 3 })
  expect(await hostsOf(tenant)).toMatchObject([{ hostname: 'DESKTOP-1' }])
  expect((await rowsOf(tenant)).map(({ artifact }) => artifact).sort()).toEqual([
    'Generic.Client.Info/BasicInformation',
    'Generic.Client.Info/Users',
    'Generic.Client.Info/Users',
  ])
})

test('CSV is read only where the same rows are not there as JSON', async () => {
  const tenant = await newTenant()
  const batch = await tenant.deliver(
    zipOf([
      ...collection(),
      { name: 'results/Windows.System.Pslist.csv', content: 'Pid,Name\n1,x\n' },
      { name: 'results/Windows.Network.ArpCache.csv', content: 'State,RemoteAddress,Gone\nReachable,10.0.0.1,\n' },
    ]),
  )
  expect(batch).toMatchObject({ state: 'done', stored: 4 })
  const [arp] = await rowsOf(tenant, 'Windows.Network.ArpCache')
  expect(arp?.raw).toBe('{"State":"Reachable","RemoteAddress":"10.0.0.1","Gone":null}')
})

const hunted = (n: number, more = 0) => ({
  ...pslist(n),
  FlowId: `F.ABC.H`,
  ClientId: `C.000000000000000${n}`,
  Fqdn: `host-${n}.lan`,
  ...(more ? { more } : {}),
})
const clientFolder = (n: number): Packed[] => {
  const root = `HOST-${n}-C.000000000000000${n}/`
  return [
    {
      name: `${root}client_info.json`,
      content: JSON.stringify({ ...serverInfo, client_id: `C.000000000000000${n}`, hostname: `HOST-${n}` }),
    },
    {
      name: `${root}collection_context.json`,
      content: JSON.stringify({ context: { ...context, session_id: 'F.ABC.H', client_id: `C.000000000000000${n}` } }),
    },
    { name: `${root}results/Windows.System.Pslist.json`, content: jsonLines([pslist(n)]) },
  ]
}

test('a hunt: rows of the clients are not taken twice, and its flows belong to it', async () => {
  const tenant = await newTenant()
  const combined = { name: 'results/All Windows.System.Pslist.json', content: jsonLines([hunted(1), hunted(2)]) }
  const zip = zipOf([
    { name: 'hunt_info.json', content: '{"hunt_id":"H.ABC"}' },
    combined,
    ...clientFolder(1),
    ...clientFolder(2),
  ])
  const batch = await tenant.deliver(zip)
  expect(batch).toMatchObject({ state: 'done', received: 2, stored: 2 })
  expect((await hostsOf(tenant)).map(({ hostname }) => hostname).sort()).toEqual(['HOST-1', 'HOST-2'])
  const flows = await records(tenant, (db) => db.selectFrom('flow').select('hunt_id').execute())
  expect(flows).toEqual([{ hunt_id: 'H.ABC' }, { hunt_id: 'H.ABC' }])
  expect((await membersOf(tenant, batch.id)).find(({ name }) => name === combined.name)).toMatchObject({
    kind: 'ignored',
  })
})

test('a hunt whose folders lack a client, or that has none, is read from the combined file', async () => {
  const tenant = await newTenant()
  const combined = {
    name: 'results/All Windows.System.Pslist.json',
    content: jsonLines([hunted(1), hunted(2), hunted(3)]),
  }
  expect(await tenant.deliver(zipOf([combined, ...clientFolder(1)]))).toMatchObject({
    state: 'done',
    received: 3,
    stored: 3,
  })
  expect((await hostsOf(tenant)).map(({ client_id }) => client_id).sort()).toEqual([
    'C.0000000000000001',
    'C.0000000000000002',
    'C.0000000000000003',
  ])
  expect(await tenant.deliver(zipOf([combined]))).toMatchObject({ state: 'done', received: 3, stored: 0, duplicate: 3 })
})

test('uploads are listed with path, size and SHA-256, and kept where the tenant wants them', async () => {
  const content = Buffer.from('MZ\0 a file of the endpoint')
  const sha256 = createHash('sha256').update(content).digest('hex')
  const zip = zipOf([
    ...collection(),
    { name: 'uploads/ntfs/%5C%5C.%5CC%3A/Windows/a%25b.exe', content },
    {
      name: 'uploads.json',
      content: jsonLines([
        {
          vfs_path: '\\\\.\\C:\\Windows\\a%b.exe',
          _Components: ['uploads', 'ntfs', '\\\\.\\C:', 'Windows', 'a%b.exe'],
          file_size: content.length,
        },
      ]),
    },
  ])
  const listed = { kind: 'upload', bytes: content.length, sha256, note: 'On the endpoint: \\\\.\\C:\\Windows\\a%b.exe' }
  const [one, two] = [await newTenant(), await newTenant()]
  await two.as('admin').tenants.keepUploads({ keep: true })
  for (const [tenant, kept_as] of [
    [one, null],
    [two, sha256],
  ] as const) {
    const batch = await tenant.deliver(zip)
    const upload = (await membersOf(tenant, batch.id)).find(({ kind }) => kind === 'upload')
    expect(upload).toMatchObject({ ...listed, kept_as })
  }
  const folder = join(base.spool.path(''), '..', 'evidence')
  expect(existsSync(join(folder, String(one.id)))).toBe(false)
  expect(readFileSync(join(folder, String(two.id), sha256))).toEqual(content)
})

test('gzip of an archive, ZIP64, and plain files in a ZIP are read', async () => {
  const tenant = await newTenant()
  expect(await tenant.deliver(gzipSync(zipOf(collection(), { zip64: true })))).toMatchObject({
    state: 'done',
    format: 'zip',
    stored: 3,
  })
  const files = zipOf([
    { name: 'export/Windows.System.Pslist.json', content: '[{"Pid":77,"Hostname":"PLAIN-1"}]' },
    { name: 'export/readme.txt', content: 'hello' },
  ])
  expect(await tenant.deliver(files)).toMatchObject({ state: 'done', stored: 1 })
  expect(await hostsOf(tenant)).toEqual(expect.arrayContaining([expect.objectContaining({ hostname: 'PLAIN-1' })]))
})

test('a broken file loses none of the others, and its place in the quarantine names it', async () => {
  const tenant = await newTenant()
  const lines = jsonLines(Array.from({ length: 50_000 }, (_, n) => ({ n, text: Math.random() })))
  const zip = zipOf([
    ...collection(),
    { name: 'results/Custom.Broken.json', content: lines, saysCrc: 1 },
    { name: 'results/Custom.Fine.json', content: '{"a":1}\n' },
  ])
  const batch = await tenant.deliver(zip)
  expect(batch).toMatchObject({ state: 'done', received: 50_005, stored: 50_004, rejected: 1 })
  const { rows } = await tenant.as('user').ingestion.rejects({ id: batch.id })
  expect(rows).toMatchObject([{ code: 'MEMBER_BROKEN', file: 'results/Custom.Broken.json', line_in: 50_001 }])
  const broken = (await membersOf(tenant, batch.id)).find(({ name }) => name.includes('Broken'))
  expect(broken?.note).toBe('Broken after line 50000: its checksum does not match.')
})

test('an archive with nothing to read says what it holds instead', async () => {
  const tenant = await newTenant()
  const cases: [Packed[], string][] = [
    [
      [
        { name: 'a.txt', content: 'x' },
        { name: 'b/c.bin', content: 'y' },
      ],
      'no results of Velociraptor (results/….json or .csv), but "a.txt", "b/c.bin"',
    ],
    [[{ name: 'inner.zip', content: zipOf(collection()) }], 'another archive, "inner.zip"'],
    [
      [{ name: 'results/Custom.Gone.json', content: '{"a":1}\n'.repeat(99), saysCrc: 7, saysBytes: 3 }],
      '"results/Custom.Gone.json" in the ZIP cannot be read',
    ],
    [[{ name: 'results/Custom.Empty.json', content: '' }], 'not one row'],
  ]
  for (const [files, words] of cases) {
    const batch = await tenant.deliver(zipOf(files))
    expect([batch.state, batch.error]).toEqual(['failed', expect.stringContaining(words)])
  }
})

const locked = (password: string, more: Packed[] = []) =>
  zipOf([...more, { name: 'data.zip', content: zipOf(collection()), store: true, password }])

test('an encrypted container opens with its password; a wrong one can be tried again; none is stored', async () => {
  const tenant = await newTenant()
  const zip = locked('correct horse')
  const without = await tenant.deliver(zip)
  expect([without.state, without.error]).toEqual(['failed', 'The archive is encrypted. Give its password.'])
  const user = tenant.as('user').ingestion
  await user.unlock({ id: without.id, password: 'wrong' })
  const wrong = await ended(() => user.get({ id: without.id }))
  expect(wrong).toMatchObject({ state: 'failed', error: expect.stringContaining('does not open') })
  await user.unlock({ id: without.id, password: 'correct horse' })
  expect(await ended(() => user.get({ id: without.id }))).toMatchObject({ state: 'done', stored: 3 })
  await expect(user.unlock({ id: without.id, password: 'x' })).rejects.toMatchObject({ code: 'CONFLICT' })
  const kept = await records(tenant, (db) => db.selectFrom('batch').selectAll().execute())
  expect(kept).toMatchObject([{ sealed_password: null, locked_at: null, spool_name: null }])
  const told = await records(tenant, (db) => db.selectFrom('activity').selectAll().execute())
  expect(JSON.stringify([kept, told])).not.toContain('correct horse')
})

test('files encrypted one by one open with the password that came with them', async () => {
  const tenant = await newTenant()
  const zip = zipOf(collection().map((file) => ({ ...file, later: false, password: 'pass' })))
  const delivered = await base.spool.receive(Readable.from([zip]))
  const { batch } = await callerFor(tenant.actor('user'), delivered).ingestion.receive({ password: 'pass' })
  expect(await ended(() => tenant.as('user').ingestion.get({ id: batch.id }))).toMatchObject({
    state: 'done',
    stored: 3,
  })
})

test("a container encrypted for the tenant's key opens with it, and says which certificate it needs", async () => {
  const tenant = await newTenant()
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const wrapped = publicEncrypt(
    { key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha512' },
    Buffer.from('secret of the collector'),
  )
  const metadata = JSON.stringify([
    { EncryptedPass: wrapped.toString('base64'), Scheme: 'X509', PublicKey: 'not a certificate' },
  ])
  const zip = locked('secret of the collector', [{ name: 'metadata.json', content: metadata }])
  expect((await tenant.deliver(zip)).error).toContain('Save the private key')
  const admin = tenant.as('admin').ingestion
  const pem = (key: typeof privateKey) => key.export({ type: 'pkcs8', format: 'pem' }).toString()
  await admin.saveArchiveKey({ pem: pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) })
  expect((await tenant.deliver(zip)).error).toContain('the saved private key is another')
  await admin.saveArchiveKey({ pem: pem(privateKey) })
  expect(await tenant.deliver(zip)).toMatchObject({ state: 'done', stored: 3 })
  await expect(admin.saveArchiveKey({ pem: 'no key' })).rejects.toThrow()
  expect(await admin.removeArchiveKey()).toEqual({ removed: true })
})

test('the same archive again stores nothing', async () => {
  const tenant = await newTenant()
  await tenant.deliver(zipOf(collection()))
  expect(await tenant.deliver(zipOf(collection()))).toMatchObject({
    state: 'done',
    received: 3,
    stored: 0,
    duplicate: 3,
  })
})
