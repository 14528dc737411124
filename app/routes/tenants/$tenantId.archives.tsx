import { useActionData, useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { PostForm } from '#app/components/post-form.tsx'
import { FullTime } from '#app/components/time.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { fieldsOf } from '#app/lib/fields.server.ts'
import { titled } from '#app/lib/title.ts'
import { ArchiveKey } from '#server/modules/ingestion/schema.ts'
import { TenantId } from '#server/modules/tenants/schema.ts'

type Named = { tenant: { id: number; name: string } }
export const meta = titled('Archives')
export const handle = {
  trail: ({ tenant }: Named) => [
    { title: 'Tenants', to: '/tenants' },
    { title: tenant.name, to: `/tenants/${tenant.id}` },
    { title: 'Archives' },
  ],
}

export const loader = load(async ({ api, params, viewer }) => {
  const tenant = await api.tenants.get(TenantId.parse({ id: params.tenantId }))
  const [{ keep }, key] = await Promise.all([api.tenants.keepsUploads(), api.ingestion.archiveKey()])
  const hint =
    'RSA, in PEM form, without a passphrase. It is sealed with the installation’s secret and never shown again.'
  return {
    tenant,
    own: tenant.id === viewer.tenantId,
    keep,
    key,
    mayChange: viewer.role === 'admin',
    fields: fieldsOf(ArchiveKey, { pem: { kind: 'long', mono: true, hint } }),
  }
})

export const action = act(async ({ api, form }) => {
  if (form.intent === 'keep' || form.intent === 'list') {
    await api.tenants.keepUploads({ keep: form.intent === 'keep' })
    return { did: form.intent }
  }
  if (form.intent === 'forget') {
    await api.ingestion.removeArchiveKey()
    return { did: 'forget' }
  }
  await api.ingestion.saveArchiveKey(ArchiveKey.parse(form))
  return { did: 'key' }
})

const DID: Record<string, string> = {
  keep: 'Files that archives bring from now on are kept.',
  list: 'Files that archives bring from now on are only listed. What was kept before stays.',
  key: 'The key is saved. Archives encrypted to it open from now on.',
  forget: 'The key is forgotten. Archives encrypted to it wait for another one.',
}

export default function Archives() {
  const { tenant, own, keep, key, mayChange, fields } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const did = answer && 'did' in answer ? DID[answer.did] : undefined
  if (!own)
    return (
      <Nothing title={`You are not in ${tenant.name}`}>Switch to it first: its archives are set up inside.</Nothing>
    )
  return (
    <>
      <PageHead title="Archives" about="What becomes of collections and hunts that arrive as ZIP files." />
      {did && (
        <Notice kind="done" role="status">
          {did}
        </Notice>
      )}
      <SectionHead title="Files that endpoints uploaded" />
      <p className="pb-2">
        {keep
          ? 'They are kept beside the rows, as evidence.'
          : 'They are listed with name, size and SHA-256; the files themselves are not kept.'}
      </p>
      {mayChange && <Deed intent={keep ? 'list' : 'keep'}>{keep ? 'Only list them' : 'Keep them'}</Deed>}
      <section className="pt-5">
        <SectionHead title="Private key" about="for collectors that encrypt to a certificate" />
        <p className="pb-2">
          {key.fingerprint ? (
            <>
              Key <code>{key.fingerprint}</code>
              {key.saved_at && (
                <>
                  , saved <FullTime at={key.saved_at} />
                </>
              )}
            </>
          ) : (
            'There is none. Archives encrypted to a certificate wait until there is.'
          )}
        </p>
        {mayChange && key.fingerprint && <Deed intent="forget">Forget the key</Deed>}
        {mayChange && (
          <SchemaForm intent="key" fields={fields} submit="Save the key" failed="The key was not saved." tall />
        )}
      </section>
    </>
  )
}

const Deed = ({ intent, children }: { intent: string; children: string }) => (
  <PostForm className="pb-3">
    <input type="hidden" name="intent" value={intent} />
    <button type="submit" className="btn">
      {children}
    </button>
  </PostForm>
)
