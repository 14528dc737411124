import { z } from 'zod'
import { MemberRole } from '#db/types.ts'
import { Username } from '#server/modules/identity/schema.ts'
import { ById, listInput } from '#server/platform/input.ts'

export const UserId = ById
export const NewUser = z.object({
  username: Username,
  role: z.enum(MemberRole).default('user').meta({ title: 'Role' }),
})
export const RoleChange = ById.extend({ role: z.enum(MemberRole).meta({ title: 'Role' }) })
export const UserList = listInput(['created_at'], {})
