import { adminProcedure, router } from '#server/platform/trpc.ts'
import { getMember, listMembers } from './queries.ts'
import { NewUser, RoleChange, UserId, UserList } from './schema.ts'
import { addUser, deactivate, reactivate, resetLink, setRole } from './service.ts'

export const usersRouter = router({
  list: adminProcedure('user:read', UserList).query(({ ctx, input }) => listMembers(ctx, input)),
  get: adminProcedure('user:read', UserId).query(({ ctx, input }) => getMember(ctx, input.id)),
  create: adminProcedure('user:write', NewUser).mutation(({ ctx, input }) => addUser(ctx, input)),
  setRole: adminProcedure('user:write', RoleChange).mutation(({ ctx, input }) => setRole(ctx, input)),
  deactivate: adminProcedure('user:write', UserId).mutation(({ ctx, input }) => deactivate(ctx, input.id)),
  reactivate: adminProcedure('user:write', UserId).mutation(({ ctx, input }) => reactivate(ctx, input.id)),
  resetLink: adminProcedure('user:write', UserId).mutation(({ ctx, input }) => resetLink(ctx, input.id)),
})
