import { z } from 'zod'
import { ProfileEdit } from '../modules/identity/schema.ts'
import { NewTenant } from '../modules/tenants/schema.ts'
import { UserEdit } from '../modules/users/schema.ts'
import { Slice } from '../platform/input.ts'
import { Login, logIn, Register, registerAccount } from './accounts.ts'
import { route } from './route.ts'
import { TenantRead, Token, UserRead } from './shapes.ts'

const one = (says: string, shape: z.ZodType | null, status = 200) => [{ status, shape, says }]
const NO_USER = { 404: 'User not found, or of another tenant' }

// A member's row says when they joined this tenant; an account reads the same wherever it is read.
const user = <Row extends { created_at: Date; registered_at: Date }>(row: Row) => ({
  ...row,
  created_at: row.registered_at,
})

/** Signing in, and the people and tenants there are. */
export const ACCOUNT_ROUTES = [
  route('POST /auth/register', {
    tag: 'auth',
    summary: 'Make the first account (admin of tenant default), or a further one where registration is open',
    who: 'anyone',
    body: { kind: 'json', schema: Register },
    success: one('The account', UserRead, 201),
    errors: { 400: 'Username already registered', 403: 'Registration is by invitation', 429: 'Too many at once' },
    run: registerAccount,
  }),
  route('POST /auth/login', {
    tag: 'auth',
    summary: 'Get an access token for a username and password',
    who: 'anyone',
    body: { kind: 'form', schema: Login },
    success: one('The token', Token),
    errors: { 400: 'Inactive user', 401: 'Incorrect username or password', 429: 'Too many failed sign-ins' },
    run: logIn,
  }),
  route('GET /auth/me', {
    tag: 'auth',
    summary: 'Who this token stands for',
    who: 'bearer',
    procedure: 'identity.me',
    success: one('The person', UserRead),
    errors: {},
    run: ({ api }) => api.identity.me(),
  }),
  route('PUT /auth/me', {
    tag: 'auth',
    summary: 'Change the own name or password; a new password ends every session and token',
    who: 'bearer',
    procedure: 'identity.update',
    body: { kind: 'json', schema: ProfileEdit },
    success: one('The person', UserRead),
    errors: { 400: 'Username already taken', 429: 'Too many wrong passwords' },
    run: ({ api, body }) => api.identity.update(body),
  }),
  route('GET /users', {
    tag: 'users',
    summary: "The tenant's members",
    who: 'bearer',
    procedure: 'users.page',
    query: Slice,
    success: one('Members, by id', z.array(UserRead)),
    errors: {},
    run: async ({ api, query }) => (await api.users.page(query)).map(user),
  }),
  route('GET /users/{id}', {
    tag: 'users',
    summary: 'One member; everybody may read themselves',
    who: 'bearer',
    procedure: (actor, id) => (Number(id) === actor.accountId ? 'identity.me' : 'users.get'),
    success: one('The member', UserRead),
    errors: NO_USER,
    run: async ({ api, actor, id }) =>
      id === actor?.accountId ? api.identity.me() : user(await api.users.get({ id })),
  }),
  route('PUT /users/{id}', {
    tag: 'users',
    summary: "Change a member's name, password, role or access",
    who: 'bearer',
    procedure: 'users.update',
    body: { kind: 'json', schema: UserEdit.omit({ id: true }) },
    success: one('The member', UserRead),
    errors: { ...NO_USER, 400: 'Username already taken', 409: 'The last admin of the tenant' },
    run: async ({ api, id, body }) => user(await api.users.update({ ...body, id })),
  }),
  route('DELETE /users/{id}', {
    tag: 'users',
    summary: 'Shut a member out of this tenant; repeating it changes nothing',
    who: 'bearer',
    procedure: 'users.deactivate',
    success: one('Done', null, 204),
    errors: { ...NO_USER, 400: 'Cannot delete your own account', 409: 'The last admin of the tenant' },
    run: ({ api, id }) => api.users.deactivate({ id }),
  }),
  route('GET /tenants', {
    tag: 'tenants',
    summary: 'The own tenants; all of them for an operator',
    who: 'bearer',
    procedure: 'tenants.list',
    query: Slice,
    success: one('Tenants, by id', z.array(TenantRead)),
    errors: {},
    run: async ({ api, query: { skip, limit } }) => (await api.tenants.list()).slice(skip, skip + limit),
  }),
  route('GET /tenants/{id}', {
    tag: 'tenants',
    summary: 'One tenant',
    who: 'bearer',
    procedure: 'tenants.get',
    success: one('The tenant', TenantRead),
    errors: { 404: 'Tenant not found, or not yours' },
    run: ({ api, id }) => api.tenants.get({ id }),
  }),
  route('POST /tenants', {
    tag: 'tenants',
    summary: 'Make a tenant (operators of the installation)',
    who: 'bearer',
    procedure: 'tenants.create',
    body: { kind: 'json', schema: NewTenant },
    success: one('The tenant', TenantRead, 201),
    errors: { 400: 'Tenant name already exists' },
    run: ({ api, body }) => api.tenants.create(body),
  }),
]
