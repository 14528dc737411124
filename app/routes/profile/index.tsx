import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { KeysForm } from '#app/components/keys-form.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { SessionTable } from '#app/components/session-table.tsx'
import { act, load, redirectWith } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { ACTS } from '#app/lib/keys.ts'
import { titled } from '#app/lib/title.ts'
import { useViewer } from '#app/lib/viewer.ts'
import { KeyChoice, PasswordChange, Preferences, Rename, SessionId, ZONES } from '#server/modules/identity/schema.ts'

export const meta = titled('Profile')
export const handle = { trail: () => [{ title: 'Profile' }] }

const THEMES = [
  { value: 'system', title: 'as the system says' },
  { value: 'light', title: 'light' },
  { value: 'dark', title: 'dark' },
]
const DENSITIES = [
  { value: 'compact', title: 'compact: 28 px rows' },
  { value: 'comfortable', title: 'comfortable: 36 px rows' },
]

const SAID: Record<string, string> = {
  password: 'The password is changed, and every other session has ended.',
  name: 'The username is changed. Sign in with it from now on.',
  look: 'The look is saved.',
  shortcuts: 'The keys are saved.',
  end: 'The session has ended.',
  'end-others': 'Every other session has ended.',
}

export const loader = load(async ({ api, query, viewer }) => ({
  sessions: await api.identity.sessions(),
  said: SAID[query.said ?? ''] ?? null,
  look: fieldsOf(Preferences, {
    theme: { title: 'Theme', choices: THEMES },
    density: { title: 'Density', choices: DENSITIES },
    zone: {
      title: 'Time zone',
      choices: [
        { value: '', title: `the tenant’s (${viewer.tenantZone})` },
        ...ZONES.map((zone) => ({ value: zone, title: zone })),
      ],
      hint: 'In which pages show times. A time that is typed without a zone means UTC, and exports stay UTC.',
    },
  }),
  name: fieldsOf(Rename, { username: { title: 'Username', mono: true, autoComplete: 'username' } }),
  password: fieldsOf(PasswordChange, {
    currentPassword: { title: 'Current password', autoComplete: 'current-password' },
    newPassword: {
      title: 'New password',
      autoComplete: 'new-password',
      hint: 'At least 15 characters. Ends your other sessions.',
    },
  }),
}))

// Every answer is a redirect: the frame must be drawn by a request that already sees the change.
export const action = act(async ({ api, accounts, form }) => {
  if (form.intent === 'password') {
    return redirectWith('/profile?said=password', await accounts.changePassword(PasswordChange.parse(form)))
  }
  if (form.intent === 'name') await api.identity.rename(Rename.parse(form))
  if (form.intent === 'look') await api.identity.preferences(Preferences.parse(form))
  if (form.intent === 'shortcuts') {
    const chosen = form.as === 'came' ? [] : ACTS.flatMap(({ name }) => (name in form ? [[name, form[name]]] : []))
    await api.identity.keys(KeyChoice.parse({ on: form.on === 'yes', acts: Object.fromEntries(chosen) }))
  }
  if (form.intent === 'end') await api.identity.endSession(SessionId.parse({ id: form.id }))
  if (form.intent === 'end-others') await api.identity.endOtherSessions()
  return redirect(`/profile?said=${form.intent && form.intent in SAID ? form.intent : ''}`)
})

export default function Profile() {
  const { sessions, said, look, name, password } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  if (!viewer) return null
  return (
    <>
      <PageHead title="Profile" about={`Signed in as ${viewer.username}, ${viewer.role} of ${viewer.tenantName}`} />
      {said && (
        <Notice kind="done" role="status">
          {said}
        </Notice>
      )}
      <SectionHead title="Look" />
      <SchemaForm
        plain
        fields={look}
        intent="look"
        values={{ theme: viewer.theme, density: viewer.density, zone: viewer.ownZone }}
        submit="Save look"
        failed="The look was not saved."
      />
      <KeysForm viewer={viewer} />
      <SectionHead title="Username" />
      <SchemaForm
        plain
        fields={name}
        intent="name"
        values={{ username: viewer.username }}
        submit="Change username"
        failed="The username was not changed."
      />
      <SectionHead title="Password" />
      <SchemaForm
        plain
        fields={password}
        intent="password"
        submit="Change password"
        failed="The password was not changed."
      />
      <SessionTable sessions={sessions} />
    </>
  )
}
