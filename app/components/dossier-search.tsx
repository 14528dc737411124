import { Form } from '@remix-run/react'
import { typeName } from '#app/lib/observable-link.ts'
import { DataTable } from './data-table.tsx'
import { type Beside, Values } from './dossier-places.tsx'
import { Link } from './link.tsx'
import { Nothing } from './notice.tsx'
import { PageHead, SectionHead } from './page-head.tsx'
import { WholeValue } from './value.tsx'
import { DECISIONS, type Decided } from './verdict-list.tsx'
import { VerdictMark } from './verdict-mark.tsx'

type Landing = { q?: string; found?: Beside[] | null; recent?: Decided[]; newest?: Beside[] | null }

/** Where a pasted value leads to its dossier; below, what was decided last and what came last and is rare. */
export const ObservableSearch = ({ q = '', found = null, recent = [], newest = [] }: Landing) => (
  <>
    <PageHead
      title="Values"
      about="Every hash, path, address, name and command line of every row, and what was decided about it."
    />
    <Form method="get" className="filters max-w-[60rem]" role="search" aria-label="Value">
      <label className="q max-w-none">
        A value, defanged forms too
        <input
          key={q}
          className="field mono"
          name="q"
          defaultValue={q}
          required
          maxLength={4096}
          spellCheck={false}
          autoComplete="off"
          placeholder="hxxps://evil[.]example/a"
        />
      </label>
      <button type="submit" className="btn primary">
        Find value
      </button>
    </Form>
    {found && <Found q={q} found={found} />}
    <div className="two">
      <section>
        <SectionHead title="Rarest new values" about="what the last five deliveries brought first" />
        {newest === null && <p className="muted">not reached: looking through them takes too long</p>}
        {newest?.length === 0 && <p className="muted">The last deliveries brought no value that was not known.</p>}
        <Values values={newest ?? []} />
      </section>
      <section>
        <SectionHead title="Latest verdicts">
          <Link className="link" to="/verdicts">
            All verdicts
          </Link>
        </SectionHead>
        {recent.length === 0 ? (
          <p className="muted">Nothing is decided yet.</p>
        ) : (
          <DataTable
            caption="Latest verdicts"
            rows={recent}
            columns={DECISIONS.filter(({ title }) => title === 'Value' || title === 'Stands')}
            rowKey={(one) => one.id}
            margin={{ title: 'Verdict', cell: (one) => <VerdictMark verdict={one} /> }}
          />
        )}
      </section>
    </div>
  </>
)

const Found = ({ q, found }: { q: string; found: Beside[] }) =>
  found.length === 0 ? (
    <Nothing title="No row has this value" alone>
      <WholeValue text={q} /> is no hash, address, domain, URL or path, and no process, user, command line, host or rule
      was seen that is called so. Part of a value is found on the page of rows.
    </Nothing>
  ) : (
    <section className="pb-4">
      <SectionHead
        title={found[0]!.hosts > 0 ? 'It is all of these' : 'Nobody has seen it yet'}
        about={found.map(({ type }) => typeName(type)).join(', ')}
      />
      <Values values={found} />
    </section>
  )
