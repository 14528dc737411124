import { z } from 'zod'
import { ById, blank, Id, line, listInput, Nothing } from '#server/platform/input.ts'

export const ViewId = ById
export const Recent = Nothing

const SCREENS = ['/rows', '/stacks', '/timeline', '/compare', '/observables']
const HERE = 'http://here.invalid'
const LONGEST = 8_000

/** Text with room for more than one line, or none; what PostgreSQL cannot hold is refused as in a line. */
const long = (max: number) =>
  z
    .string()
    .trim()
    .max(max, `At most ${max} characters.`)
    .refine((text) => !/\0|\p{Cs}/u.test(text), 'Must not contain a NUL character or half a character.')
    .default('')

/** A path of this site with its query. Anything that leads elsewhere, or holds what an address cannot, is refused. */
export const Address = z
  .string()
  .max(LONGEST, `At most ${LONGEST} characters.`)
  .refine((text) => pathOf(text) !== null, 'Not an address of this site.')

/** The address of a screen that can be saved. */
const ViewAddress = Address.refine(
  (text) => SCREENS.includes(pathOf(text) ?? ''),
  'Only Explore, Stack, Timeline, Compare and dossiers can be saved.',
)

function pathOf(text: string): string | null {
  if (!/^\/(?!\/)[^\\\s\p{C}]*$/u.test(text) || !URL.canParse(text, HERE)) return null
  const url = new URL(text, HERE)
  return url.origin === HERE ? url.pathname : null
}

const Name = line(100).meta({ title: 'Name' })
const Description = long(2_000).meta({ title: 'Description' })
const Audience = z.enum(['personal', 'shared']).default('personal').meta({ title: 'For whom' })

export const NewView = z.object({ name: Name, description: Description, address: ViewAddress, audience: Audience })
/** A change says which version it was made on. `address` is left as it is where none is given. */
export const ViewEdit = z.object({
  id: Id,
  version: z.coerce.number().int().positive(),
  name: Name,
  description: Description,
  audience: Audience,
  address: z.preprocess(blank, ViewAddress.optional()),
})
export const ViewList = listInput(['updated_at', 'name'], {
  whose: z.preprocess(blank, z.enum(['mine', 'shared']).optional()),
})
/** An address of one of the screens that was just looked at. */
export const Visit = z.object({ address: ViewAddress })
export const LinkOut = z.object({
  to: line(150).meta({ title: 'Colleague' }),
  address: Address,
  title: line(200).meta({ title: 'Title' }),
  note: long(2_000).meta({ title: 'Note' }),
})
export const Inbox = listInput(['created_at'], {
  state: z.preprocess(blank, z.enum(['unread', 'read']).optional()),
})
