import { Nothing } from '#server/platform/input.ts'
import { protectedProcedure, router } from '#server/platform/trpc.ts'
import {
  colleaguesOf,
  createView,
  editView,
  getView,
  inboxOf,
  listViews,
  noteVisit,
  readLink,
  recentOf,
  removeView,
  sendLink,
} from './queries.ts'
import { Inbox, LinkOut, NewView, Recent, ViewEdit, ViewId, ViewList, Visit } from './schema.ts'

export const viewsRouter = router({
  list: protectedProcedure('view:read', ViewList).query(({ ctx, input }) => listViews(ctx, input)),
  get: protectedProcedure('view:read', ViewId).query(({ ctx, input }) => getView(ctx, input.id)),
  create: protectedProcedure('view:write', NewView).mutation(({ ctx, input }) => createView(ctx, input)),
  update: protectedProcedure('view:write', ViewEdit).mutation(({ ctx, input }) => editView(ctx, input)),
  remove: protectedProcedure('view:write', ViewId).mutation(({ ctx, input }) => removeView(ctx, input.id)),
  visit: protectedProcedure('view:read', Visit).mutation(({ ctx, input }) => noteVisit(ctx, input.address)),
  recent: protectedProcedure('view:read', Recent).query(({ ctx }) => recentOf(ctx)),
  colleagues: protectedProcedure('view:write', Nothing).query(({ ctx }) => colleaguesOf(ctx)),
  send: protectedProcedure('view:write', LinkOut).mutation(({ ctx, input }) => sendLink(ctx, input)),
  inbox: protectedProcedure('view:read', Inbox).query(({ ctx, input }) => inboxOf(ctx, input)),
  read: protectedProcedure('view:read', ViewId).mutation(({ ctx, input }) => readLink(ctx, input.id)),
})
