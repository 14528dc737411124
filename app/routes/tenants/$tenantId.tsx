import { redirect } from '@remix-run/node'
import { useActionData, useLoaderData } from '@remix-run/react'
import { SchemaForm } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Notice } from '#app/components/notice.tsx'
import { PageHead, SectionHead } from '#app/components/page-head.tsx'
import { PostForm } from '#app/components/post-form.tsx'
import { Facts } from '#app/components/record.tsx'
import { RetentionRules, RuleForm } from '#app/components/retention.tsx'
import { Time } from '#app/components/time.tsx'
import { WholeValue } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { type Field, fieldsOf } from '#app/lib/fields.server.ts'
import { number } from '#app/lib/format.ts'
import { titledBy } from '#app/lib/title.ts'
import { useTimes } from '#app/lib/viewer.ts'
import { RetentionOf, RetentionRule } from '#server/modules/retention/schema.ts'
import { TenantId, TenantZone } from '#server/modules/tenants/schema.ts'

type Named = { tenant: { name: string } }
export const meta = titledBy(({ tenant }: Named) => tenant.name)
export const handle = { trail: ({ tenant }: Named) => [{ title: 'Tenants', to: '/tenants' }, { title: tenant.name }] }

const ZONE_HINT = 'Who chose a zone on their profile keeps that. What is typed and exported stays UTC.'

export const loader = load(async ({ api, params, query, viewer }) => {
  const tenant = await api.tenants.get(TenantId.parse({ id: params.tenantId }))
  const keeps = tenant.id === viewer.tenantId && viewer.role === 'admin'
  return {
    tenant,
    keeps,
    mayEnd: viewer.operator && tenant.id !== viewer.tenantId,
    said: query.said === 'zone' ? 'zone' : null,
    zoneFields: keeps ? fieldsOf(TenantZone, { zone: { hint: ZONE_HINT } }) : null,
    rules: keeps ? await api.retention.list() : null,
    fields: fieldsOf(RetentionRule, {
      artifact: { title: 'Artifact', mono: true, hint: 'Empty: every artifact that has no rule of its own.' },
      days: { title: 'Days', kind: 'number', hint: 'Counted from the day a delivery was received. Empty: for ever.' },
    }),
  }
})

// A rule is shown with what it would take before it is made.
export const action = act(async ({ api, form, params }) => {
  const did = form.intent ?? ''
  if (did === 'zone') {
    await api.tenants.setZone(TenantZone.parse({ ...form, id: params.tenantId }))
    // A redirect: the frame must be drawn by a request that already sees the change.
    return redirect(`/tenants/${params.tenantId}?said=zone`)
  }
  if (did === 'remove') await api.retention.remove(RetentionOf.parse(form))
  if (did === 'run') await api.retention.run()
  if (did === 'remove' || did === 'run') return { did, preview: null }
  const rule = RetentionRule.parse(form)
  if (did === 'set') {
    await api.retention.set(rule)
    return { did, preview: null }
  }
  const shown = { artifact: rule.artifact ?? '', days: rule.days ?? null }
  return { did, preview: { ...(await api.retention.preview(rule)), ...shown } }
})

const DID: Record<string, string> = {
  zone: 'The time zone is saved. Pages show times in it to everybody who chose none of their own.',
  set: 'The rule holds. What it takes goes next night, or when you apply the rules now.',
  remove: 'The rule is taken away. What it took does not come back.',
  run: 'The rules are being applied. The activity says how many rows went.',
}

export default function TenantPage() {
  const { zone } = useTimes()
  const { tenant, keeps, mayEnd, said, zoneFields, rules, fields } = useLoaderData<typeof loader>()
  const answer = useActionData<typeof action>()
  const did = answer ? 'did' in answer && DID[answer.did] : said && DID[said]
  return (
    <>
      <PageHead title={<WholeValue text={tenant.name} />} about={tenant.description}>
        {keeps && (
          <Link className="btn" to={`/tenants/${tenant.id}/archives`}>
            Archives
          </Link>
        )}
        {mayEnd && (
          <Link className="btn danger" to={`/tenants/${tenant.id}/end`}>
            Delete tenant
          </Link>
        )}
      </PageHead>
      {did && (
        <Notice kind="done" role="status">
          {did}
        </Notice>
      )}
      <Facts
        facts={{
          Members: number(Number(tenant.member_count)),
          Hosts: number(Number(tenant.host_count)),
          'Your role': tenant.role ?? 'none',
          'Time zone': tenant.zone,
          [`Created (${zone})`]: <Time at={tenant.created_at} />,
        }}
      />
      {zoneFields && <ZoneForm fields={zoneFields} zone={tenant.zone} />}
      {rules && (
        <section className="pt-3">
          <SectionHead title="How long rows are kept" about="for ever, where no rule speaks">
            {rules.some(({ due }) => due !== 0) && (
              <PostForm>
                <input type="hidden" name="intent" value="run" />
                <button type="submit" className="btn">
                  Apply now
                </button>
              </PostForm>
            )}
          </SectionHead>
          <RetentionRules rules={rules} />
          <RuleForm fields={fields} preview={(answer && 'preview' in answer && answer.preview) || null} />
        </section>
      )}
    </>
  )
}

const ZoneForm = ({ fields, zone }: { fields: Field[]; zone: string }) => (
  <section className="pt-3">
    <SectionHead title="Time zone" about="in which pages show times, unless a person chose another" />
    <SchemaForm
      plain
      fields={fields}
      intent="zone"
      values={{ zone }}
      submit="Save time zone"
      failed="The time zone was not saved."
    />
  </section>
)
