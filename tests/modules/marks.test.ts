import { expect, test } from 'vitest'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'

const ARTIFACT = 'Windows.System.Pslist'

async function rowsOf(tenant: Tenant, count = 3): Promise<string[]> {
  const lines = Array.from({ length: count }, (_, n) => ({ Hostname: 'ws-01', Name: `p${n}.exe`, Pid: n }))
  await tenant.deliver(jsonLines(lines), { artifact: ARTIFACT })
  const { rows } = await tenant.as('user').telemetry.rows({ limit: count })
  return rows.map(({ id }) => id)
}

test('stars, tags and comments of a page of rows come in one answer, and outlive a second delivery of the same rows', async () => {
  const tenant = await newTenant()
  const [a, b, c] = await rowsOf(tenant)
  const api = tenant.as('user')
  await api.marks.tag({ rowId: a!, tag: 'star' })
  await api.marks.tag({ rowId: a!, tag: 'Seen' })
  await api.marks.tag({ rowId: a!, tag: 'seen' })
  await api.marks.comment({ rowId: b!, body: 'Why here?' })
  const marks = async () =>
    (await api.marks.ofRows({ rows: [a!, b!, c!] })).sort((x, y) => y.tags.length - x.tags.length)
  const expected = [
    { row_id: a, tags: ['seen', 'star'], comments: 0 },
    { row_id: b, tags: [], comments: 1 },
  ]
  expect(await marks()).toEqual(expected)
  expect(await rowsOf(tenant)).toEqual([a, b, c])
  expect(await marks()).toEqual(expected)
  expect(await api.marks.tags()).toEqual([
    { tag: 'seen', rows: 1 },
    { tag: 'star', rows: 1 },
  ])
  expect((await api.marks.marked({})).map(({ row_id }) => row_id)).toEqual([b, a])
  expect(await api.marks.marked({ tag: 'seen' })).toMatchObject([
    { row_id: a, row: { artifact: ARTIFACT, hostname: 'ws-01' } },
  ])
  await api.marks.untag({ rowId: a!, tag: 'seen' })
  expect((await api.marks.ofRow({ rowId: a! })).tags.map(({ tag }) => tag)).toEqual(['star'])
})

test('two people edit one comment: the second is told, sees both texts, and no text is ever lost', async () => {
  const tenant = await newTenant()
  const [row] = await rowsOf(tenant, 1)
  const comment = await tenant.as('user').marks.comment({ rowId: row!, body: 'first' })
  const edits = await Promise.allSettled(
    (['user', 'lead'] as const).map((role) =>
      tenant.as(role).marks.editComment({ id: comment.id, version: comment.version, body: `of ${role}` }),
    ),
  )
  expect(edits.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  const stored = await tenant.as('user').marks.getComment({ id: comment.id })
  const refused = edits.find((edit): edit is PromiseRejectedResult => edit.status === 'rejected')!
  expect(refused.reason).toMatchObject({
    code: 'CONFLICT',
    cause: { fields: { 'stored.body': stored.body, 'stored.version': String(stored.version) } },
  })
  const other = stored.body === 'of user' ? 'of lead' : 'of user'
  await tenant.as('lead').marks.editComment({ id: comment.id, version: stored.version, body: other })
  await expect(tenant.as('user').marks.endComment({ id: comment.id, version: 1 })).rejects.toMatchObject({
    code: 'CONFLICT',
  })
  await tenant.as('user').marks.endComment({ id: comment.id, version: 3 })
  const { revisions, deleted_at } = await tenant.as('viewer').marks.history({ id: comment.id })
  expect(revisions.map(({ body }) => body)).toEqual([null, other, stored.body, 'first'])
  expect(deleted_at).not.toBeNull()
  expect((await tenant.as('user').marks.ofRow({ rowId: row! })).comments).toEqual([])
  await expect(
    tenant.as('user').marks.editComment({ id: comment.id, version: 4, body: 'again' }),
  ).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})

test('a row, a comment and a tag of another tenant are not there; a viewer reads and writes nothing', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  const [row] = await rowsOf(tenant, 1)
  const comment = await tenant.as('user').marks.comment({ rowId: row!, body: 'ours' })
  await tenant.as('user').marks.tag({ rowId: row!, tag: 'ours' })
  const foreign = other.as('admin').marks
  await expect(foreign.comment({ rowId: row!, body: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(foreign.tag({ rowId: row!, tag: 'x' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(foreign.history({ id: comment.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await foreign.untag({ rowId: row!, tag: 'ours' })
  expect(await foreign.ofRows({ rows: [row!] })).toEqual([])
  const viewer = tenant.as('viewer').marks
  expect((await viewer.ofRow({ rowId: row! })).tags).toMatchObject([{ tag: 'ours' }])
  await expect(viewer.tag({ rowId: row!, tag: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(viewer.comment({ rowId: row!, body: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('what is no tag is refused beside it, and a row bears twenty at most', async () => {
  const tenant = await newTenant()
  const [row] = await rowsOf(tenant, 1)
  const { marks } = tenant.as('user')
  for (const tag of ['', 'two words', '-x', '\u202eabc', 'x'.repeat(51)])
    await expect(marks.tag({ rowId: row!, tag }), tag).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  for (let n = 0; n < 20; n += 1) await marks.tag({ rowId: row!, tag: `t${n}` })
  await marks.tag({ rowId: row!, tag: 't3' })
  await expect(marks.tag({ rowId: row!, tag: 'one-more' })).rejects.toMatchObject({ code: 'CONFLICT' })
})
