import { Slice } from '#server/platform/input.ts'
import { adminProcedure, detachedProcedure, router } from '#server/platform/trpc.ts'
import { getMember, listMembers, membersById } from './queries.ts'
import { NewUser, RoleChange, UserEdit, UserId, UserList } from './schema.ts'
import { addUser, deactivate, editUser, reactivate, resetLink, setRole } from './service.ts'

// Detached where the account itself changes, in a transaction of its own; the policy grants user:write to admins only.
export const usersRouter = router({
  list: adminProcedure('user:read', UserList).query(({ ctx, input }) => listMembers(ctx, input)),
  page: adminProcedure('user:read', Slice).query(({ ctx, input }) => membersById(ctx, input)),
  get: adminProcedure('user:read', UserId).query(({ ctx, input }) => getMember(ctx, input.id)),
  create: detachedProcedure('user:write', NewUser).mutation(({ ctx, input }) => addUser(ctx, input)),
  update: detachedProcedure('user:write', UserEdit).mutation(({ ctx, input }) => editUser(ctx, input)),
  setRole: adminProcedure('user:write', RoleChange).mutation(({ ctx, input }) => setRole(ctx, input)),
  deactivate: adminProcedure('user:write', UserId).mutation(({ ctx, input }) => deactivate(ctx, input.id)),
  reactivate: adminProcedure('user:write', UserId).mutation(({ ctx, input }) => reactivate(ctx, input.id)),
  resetLink: detachedProcedure('user:write', UserId).mutation(({ ctx, input }) => resetLink(ctx, input.id)),
})
