import { ChevronDown } from '#app/components/icons.tsx'
import { ROLE_NAMES, roleName } from '#app/lib/column-map.ts'
import { type Column, DataTable } from './data-table.tsx'
import { useRefusal, useSubmitting } from './form.tsx'
import { Notice } from './notice.tsx'
import { PostForm } from './post-form.tsx'
import { Value } from './value.tsx'

export type MapColumn = {
  path: string
  values: string[]
  role: string | null
  label: string | null
  by: 'catalogue' | 'tenant' | 'name' | null
}
type Place = MapColumn & { at: number }
type MapFormProps = { columns: MapColumn[]; dates: string | null; labels: readonly string[]; mayCorrect: boolean }

/** What each column of an artifact is; who may correct it sees a form. */
export function MapForm({ columns, dates, labels, mayCorrect }: MapFormProps) {
  const refusal = useRefusal('save')
  const [saving, previewing] = [useSubmitting('save'), useSubmitting('preview')]
  const places = columns.map((column, at) => ({ ...column, at }))
  const table = (shown: Column<Place>[]) => (
    <DataTable
      caption="Columns of the artifact"
      rows={places}
      columns={[COLUMN, VALUES, ...shown, BY]}
      rowKey={({ path }) => path}
      margin={{ title: 'Line', cell: ({ at }) => at + 1 }}
      isCurrent={({ by }) => by === 'tenant'}
    />
  )
  if (!mayCorrect) return table([roleText(dates)])
  return (
    <PostForm className="map-form" preventScrollReset>
      {refusal && (
        <Notice kind="bad" role="alert">
          <b>The map was not saved.</b> {Object.values(refusal.fields)[0]}
        </Notice>
      )}
      {table([roleField, labelField(labels), datesField(dates)])}
      <div className="acts pt-3">
        <button type="submit" name="intent" value="preview" className="btn" aria-busy={previewing || undefined}>
          Preview on the newest rows
        </button>
        <button type="submit" name="intent" value="save" className="btn primary" aria-busy={saving || undefined}>
          Save map
        </button>
      </div>
    </PostForm>
  )
}

const COLUMN: Column<Place> = {
  title: 'Column',
  className: 'w-[26%] max-md:w-auto',
  cell: ({ path }) => <Value text={path} path={false} />,
  below: ({ values, by }) => (
    <>
      {values[0] ? <Value text={values[0]} path={false} /> : 'empty'}
      {by && ` · ${BY_WORDS[by]}`}
    </>
  ),
}

const VALUES: Column<Place> = {
  title: 'Values of the newest rows',
  className: 'max-md:hidden',
  cell: ({ values }) =>
    values.length === 0 ? (
      <span className="muted">empty</span>
    ) : (
      values.map((value, at) => (
        <span key={value}>
          {at > 0 && <span className="muted"> · </span>}
          <Value text={value} path={false} />
        </span>
      ))
    ),
}

const BY_WORDS = { catalogue: 'the list', tenant: 'corrected', name: 'its name' } as const
const BY: Column<Place> = {
  title: 'Known by',
  className: 'max-md:hidden w-24',
  cell: ({ by }) => (by ? BY_WORDS[by] : <span className="muted">nobody</span>),
}

const roleText = (dates: string | null): Column<Place> => ({
  title: 'Is',
  className: 'w-44 max-md:w-32',
  cell: ({ path, role, label }) =>
    role === null ? (
      <span className="muted">nothing of these</span>
    ) : (
      `${roleName(role)}${label ? `: ${label}` : ''}${path === dates ? ', dates the row' : ''}`
    ),
})

const roleField: Column<Place> = {
  title: 'Is',
  className: 'w-40',
  cell: ({ at, path, role }) => (
    <>
      <input type="hidden" name={`path.${at}`} value={path} />
      <span className="select">
        <select className="field" name={`role.${at}`} defaultValue={role ?? 'none'} aria-label={`What ${path} is`}>
          {ROLE_NAMES.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden="true" />
      </span>
    </>
  ),
}

const labelField = (labels: readonly string[]): Column<Place> => ({
  title: 'Time of',
  className: 'w-36 time-only',
  cell: ({ at, path, label }) => {
    const choices = label && !labels.includes(label) ? [label, ...labels] : labels
    return (
      <span className="select">
        <select
          className="field"
          name={`label.${at}`}
          defaultValue={label ?? 'seen'}
          aria-label={`What the time in ${path} is of`}
        >
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
        <ChevronDown aria-hidden="true" />
      </span>
    )
  },
})

const datesField = (dates: string | null): Column<Place> => ({
  title: 'Dates the row',
  className: 'w-28 time-only',
  cell: ({ path }) => (
    <label className="check">
      <input type="radio" name="dates" value={path} defaultChecked={path === dates} />
      <span className="md:sr-only">
        dates the row <span className="sr-only">: {path}</span>
      </span>
    </label>
  ),
})
