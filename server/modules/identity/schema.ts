import { z } from 'zod'
import { ColourTheme, RowDensity } from '#db/types.ts'
import { blank, Id, line } from '#server/platform/input.ts'

export const Username = line(150)
  .refine((name) => !/[\p{C}\p{Z}]/u.test(name), 'Must not contain spaces or control characters.')
  .meta({ title: 'Username' })
export const Password = z
  .string()
  .min(1, 'Must not be empty.')
  .max(1024)
  .meta({ title: 'Password', format: 'password' })

// A name that PostgreSQL text cannot hold is nobody's; said here, it is a message and not a failure.
const withoutNul = z.string().refine((text) => !text.includes('\0'), 'Must not contain a NUL character.')

export const SignIn = z.object({ username: withoutNul.min(1).max(150), password: Password })
export const Registration = z.object({
  username: Username,
  password: Password,
  setupCode: z.preprocess(blank, z.string().max(100).optional()).meta({ title: 'Setup code' }),
})
export const PasswordReset = z.object({ token: z.string().min(1).max(200), password: Password })
export const TenantSwitch = z.object({ tenantId: Id })

export const Rename = z.object({ username: Username })
/** What a person changes of their own account in one go; a new password asks for the current one. */
export const ProfileEdit = z.object({
  username: Username.nullish(),
  password: Password.nullish(),
  current_password: Password.nullish(),
})
export const PasswordChange = z.object({
  currentPassword: Password.meta({ title: 'Current password', format: 'password' }),
  newPassword: Password.meta({ title: 'New password', format: 'password' }),
})

// The engine lists some zones under names that were given up; people look for those in use.
const RENAMED: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Coral_Harbour': 'America/Atikokan',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}
const named = Intl.supportedValuesOf('timeZone').map((name) => RENAMED[name] ?? name)
/** The zones a person or a tenant may choose from, UTC first. */
export const ZONES = ['UTC', ...[...new Set(named)].filter((name) => name !== 'UTC').sort()]

export const Zone = z
  .enum(ZONES, 'There is no such time zone. Choose one of the list, such as Europe/Vienna, or UTC.')
  .meta({ title: 'Time zone' })

/** How pages look to a person; a zone that is not named stays as it is, an empty one is the tenant's. */
export const Preferences = z.object({
  theme: z.enum(ColourTheme),
  density: z.enum(RowDensity),
  zone: z.preprocess((chosen) => (chosen === '' ? null : chosen), Zone.nullable()).optional(),
})
export const SessionId = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) })

const KEY = '(?:[^\\s\\p{C}]|Space|Enter|Escape)'
/** A key, or two that are pressed one after the other; empty for none. */
const KeyText = z
  .string()
  .trim()
  .max(40)
  .regex(
    new RegExp(`^(?:${KEY}(?: ${KEY})?)?$`, 'u'),
    'One character, Space, Enter or Escape; or two with a space between.',
  )
/** Which key does what, act by act, and whether single keys do anything at all. */
export const KeyChoice = z.object({
  on: z.boolean(),
  acts: z
    .record(
      z
        .string()
        .regex(/^[a-z]+(?:-[a-z]+)*$/)
        .max(40),
      KeyText,
    )
    .refine((acts) => Object.keys(acts).length <= 100, 'At most 100 acts.'),
})
