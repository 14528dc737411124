import { createHmac } from 'node:crypto'
import pg from 'pg'

export type DatabaseUrls = { owner: string; login: string; jobs: string }

/**
 * Makes the four roles if they are missing and gives the three that log in a password derived from `secret`.
 * `adminUrl` must be allowed to create roles. Safe to repeat; returns the URL of each role.
 */
export async function prepareRoles(adminUrl: string, secret: string): Promise<DatabaseUrls> {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  try {
    const database = new URL(adminUrl).pathname.slice(1)
    // Roles belong to the server, not to a database: a second database under the same secret must not lock out the first.
    const password = (role: string) => createHmac('sha256', secret).update(role).digest('base64url')
    for (const role of ['app_owner', 'app_login', 'app_jobs']) {
      await createRole(admin, role)
      await admin.query(
        `alter role ${role} login nosuperuser nobypassrls nocreaterole password ${pg.escapeLiteral(password(role))}`,
      )
    }
    await createRole(admin, 'app_user')
    await admin.query('alter role app_user nologin nosuperuser nobypassrls')
    await admin.query('grant app_user to app_login with inherit false, set true')
    await admin.query('grant app_jobs, app_owner to current_user with inherit true, set true')
    await admin.query('grant app_jobs to app_owner with inherit false, set true')
    await admin.query(`grant create, connect on database ${pg.escapeIdentifier(database)} to app_owner`)
    await admin.query(`revoke temporary on database ${pg.escapeIdentifier(database)} from public`)
    await admin.query('grant create, usage on schema public to app_owner')
    await admin.query('create schema if not exists graphile_worker authorization app_jobs')
    return { owner: as('app_owner'), login: as('app_login'), jobs: as('app_jobs') }

    function as(role: string) {
      const url = new URL(adminUrl)
      url.username = role
      url.password = password(role)
      return url.toString()
    }
  } finally {
    await admin.end()
  }
}

// "create role if not exists" does not exist; a second installation on the same server may be making it right now.
async function createRole(admin: pg.Client, role: string) {
  try {
    await admin.query(`create role ${role}`)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== '42710' && code !== '23505') throw error
  }
}
