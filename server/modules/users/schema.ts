import { z } from 'zod'
import { MemberRole } from '#db/types.ts'
import { Password, Username } from '#server/modules/identity/schema.ts'
import { ById, listInput } from '#server/platform/input.ts'

export const UserId = ById
export const NewUser = z.object({
  username: Username,
  role: z.enum(MemberRole).default('user').meta({ title: 'Role' }),
})
export const RoleChange = ById.extend({ role: z.enum(MemberRole).meta({ title: 'Role' }) })
/** What an admin changes of a member; what is not given stays. */
export const UserEdit = ById.extend({
  username: Username.nullish(),
  password: Password.nullish(),
  role: z.enum(MemberRole).nullish(),
  is_active: z.boolean().nullish(),
})
export const UserList = listInput(['created_at'], {})
