import type { Field } from '#app/lib/fields.server.ts'
import { counted, number } from '#app/lib/format.ts'
import { type Column, DataTable } from './data-table.tsx'
import { SchemaForm } from './form.tsx'
import { Nothing, Notice } from './notice.tsx'
import { SectionHead } from './page-head.tsx'
import { PostForm } from './post-form.tsx'
import { Value } from './value.tsx'

type Rule = { id: number; artifact: string; days: number | null; due: number | null }
type Preview = { artifact: string; days: number | null; rows: number; artifacts: { artifact: string; rows: number }[] }

const kept = (days: number | null) => (days === null ? 'for ever' : counted(days, 'day'))

const COLUMNS: Column<Rule>[] = [
  {
    title: 'Artifact',
    cell: ({ artifact }) => (artifact ? <Value text={artifact} /> : <b>every other artifact</b>),
    below: ({ days, due }) => `${kept(days)}${due ? `, ${counted(due, 'row')} would go` : ''}`,
  },
  { title: 'Kept', className: 'max-md:hidden w-32', cell: ({ days }) => kept(days) },
  {
    title: 'Would go now',
    right: true,
    className: 'max-md:hidden w-36',
    cell: ({ due }) => (due === null ? <span className="muted">unknown</span> : counted(due, 'row')),
  },
  {
    title: <span className="sr-only">Take away</span>,
    key: 'remove',
    right: true,
    className: 'w-28',
    cell: ({ artifact }) => (
      <PostForm>
        <input type="hidden" name="intent" value="remove" />
        <input type="hidden" name="artifact" value={artifact} />
        <button type="submit" className="btn">
          Take away <span className="sr-only">the rule for {artifact || 'every other artifact'}</span>
        </button>
      </PostForm>
    ),
  },
]

/** How long rows are kept, rule by rule, with what each would take now. */
export const RetentionRules = ({ rules }: { rules: Rule[] }) => (
  <DataTable
    caption="Rules of retention"
    rows={rules}
    columns={COLUMNS}
    rowKey={({ id }) => id}
    margin={{ title: 'Line', cell: (_, line) => line + 1 }}
    empty={<Nothing title="Every row is kept for ever" />}
  />
)

/** Asks for a rule, shows what it would take, and makes it only then. */
export const RuleForm = ({ fields, preview }: { fields: Field[]; preview: Preview | null }) => (
  <section className="pt-5">
    <SectionHead title="New rule" />
    {preview && <Taken preview={preview} />}
    <SchemaForm
      plain
      fields={fields}
      intent="preview"
      submit="Show what it would take"
      failed="That is no rule."
      values={{ artifact: preview?.artifact ?? '', days: preview?.days ? String(preview.days) : '' }}
    />
  </section>
)

const Taken = ({ preview: { artifact, days, rows, artifacts } }: { preview: Preview }) => (
  <Notice
    kind={rows > 0 ? 'warn' : 'info'}
    role="status"
    action={
      <PostForm>
        <input type="hidden" name="intent" value="set" />
        <input type="hidden" name="artifact" value={artifact} />
        <input type="hidden" name="days" value={days ?? ''} />
        <button type="submit" className={rows > 0 ? 'btn danger' : 'btn primary'}>
          Make the rule
        </button>
      </PostForm>
    }
  >
    Rows of <b>{artifact || 'every other artifact'}</b> kept <b>{kept(days)}</b>:{' '}
    {rows === 0 ? 'no row would go today.' : `${counted(rows, 'row')} would go next night, and cannot come back.`}{' '}
    {artifacts.length > 1 &&
      artifacts.map((one) => (
        <span key={one.artifact} className="nw">
          {one.artifact} {number(one.rows)}{' '}
        </span>
      ))}
  </Notice>
)
