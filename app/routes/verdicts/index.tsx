import { useActionData, useLoaderData } from '@remix-run/react'
import { DataTable } from '#app/components/data-table.tsx'
import { ChoiceFilter, TextFilter } from '#app/components/filter-bar.tsx'
import { Link } from '#app/components/link.tsx'
import { ListFrame } from '#app/components/list-frame.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { VerdictForm } from '#app/components/verdict-form.tsx'
import { DECISIONS } from '#app/components/verdict-list.tsx'
import { VerdictMark } from '#app/components/verdict-mark.tsx'
import { act, load, type Refusal } from '#app/lib/api.server.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { titled } from '#app/lib/title.ts'
import { doDeed } from '#app/lib/verdict-deed.server.ts'
import { observedIn } from '#app/lib/verdict-deeds.ts'
import { VerdictList } from '#server/modules/verdicts/schema.ts'

export const meta = titled('Verdicts')
export const handle = { trail: () => [{ title: 'Verdicts' }] }

export const loader = load(async ({ api, query }) => {
  const list = VerdictList.parse(query)
  return { ...(await api.verdicts.list(list)), list }
})

/** Every page's buttons send here; what is refused is shown here with what was meant, and what stands. */
// What is refused for a clash is shown beside what is stored by then.
export const shouldRevalidate = () => true

export const action = act(({ api, form, body, now }) => doDeed({ api, form, body, now }))

const VERDICTS = ['benign', 'suspicious', 'malicious'].map((value) => ({ value, title: value }))
const STATES = [
  { value: 'standing', title: 'stands' },
  { value: 'expired', title: 'expired' },
  { value: 'ended', title: 'revoked or replaced' },
]

export default function Verdicts() {
  const page = useLoaderData<typeof loader>()
  const refusal = useActionData() as Partial<Refusal> | undefined
  const { list, owners } = page
  return (
    <ListFrame
      title="Verdicts"
      about="What was decided about values, by whom, where it holds and until when. An expired one no longer counts."
      page={page}
      above={refusal?.fields && refusal.values && <Refused refusal={refusal as Refusal} />}
      filters={
        <>
          <TextFilter className="q" name="q" title="Value or reason" type="search" placeholder="Find a decision" />
          <ChoiceFilter name="verdict" title="Verdict" none="Any" choices={VERDICTS} />
          <ChoiceFilter name="state" title="State" none="Any" choices={STATES} />
          <ChoiceFilter
            name="owner"
            title="By"
            none="Anybody"
            choices={owners.map((value) => ({ value, title: value }))}
          />
        </>
      }
    >
      <div data-verdicts>
        <DataTable
          caption="Verdicts"
          rows={page.rows}
          columns={DECISIONS}
          rowKey={(one) => one.id}
          margin={{ title: 'Verdict', cell: (one) => <VerdictMark verdict={one} /> }}
          sorted={list}
          empty={
            list.q || list.verdict || list.state || list.owner || list.type ? (
              <Nothing
                title="No verdict matches"
                actions={
                  <Link className="btn" to="?">
                    Show all
                  </Link>
                }
              />
            ) : (
              <Nothing
                title="Nothing is decided yet"
                actions={
                  <Link className="btn" to="/observables">
                    Find a value
                  </Link>
                }
              >
                A value’s dossier, a stack and the grid of rows have buttons that decide.
              </Nothing>
            )
          }
        />
      </div>
    </ListFrame>
  )
}

/** What was not saved, beside what stands now: nothing that was typed is lost. */
function Refused({ refusal: { fields, values } }: { refusal: Refusal }) {
  const of = (JSON.parse(values.observables ?? '[]') as string[]).map(observedIn)
  const says = fields[''] ?? Object.values(fields)[0] ?? 'Something in the form is not valid.'
  return (
    <section className="pb-4">
      <Notice kind="bad" role="alert">
        <b>Nothing was changed.</b> {says}
      </Notice>
      {fields.stored && <Stored text={fields.stored} />}
      {of.length > 0 && values.verdict && (
        <>
          <p className="muted py-2">
            Yours: {values.verdict}
            {values.reason && <>, “{values.reason}”</>}. Send it again to put it in the place of what stands.
          </p>
          <VerdictForm
            of={of}
            hasShape={values.scope === 'shape'}
            choices={choicesIn(values)}
            values={values}
            errors={fields}
            next={nextPath(values.next)}
          />
        </>
      )}
    </section>
  )
}

// The page it came from knew the hosts and labels; here there is the one that was chosen.
const choicesIn = ({ label, host }: Record<string, string>) => ({
  ...(label ? { labels: [label] } : {}),
  ...(host ? { hosts: [{ id: Number(host), hostname: `host ${host}` }] } : {}),
})

type StoredVerdict = { id: number; verdict: string; owner_name: string; reason: string; state: string }

function Stored({ text }: { text: string }) {
  const stored = JSON.parse(text) as StoredVerdict[]
  return (
    <ul className="lines" aria-label="What stands">
      {stored.map(({ id, verdict, owner_name, reason, state }) => (
        <li key={id}>
          Theirs: {verdict} by {owner_name}
          {reason && <>, “{reason}”</>} ({state})
        </li>
      ))}
    </ul>
  )
}
