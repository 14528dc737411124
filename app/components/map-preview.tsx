import { roleName } from '#app/lib/column-map.ts'
import { rowLink } from '#app/lib/row-links.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { EventTime, Zoned } from './time.tsx'
import { Value } from './value.tsx'

export type PreviewRow = {
  id: string
  hostname: string
  event: Date | null
  was: Date | null
  times: { at: Date; label: string }[]
  values: { type: string; field: string; value: string }[]
}

const SHOWN = 6

/** What a map makes of the newest rows: when each happened, its other times, and the values it is a sighting of. */
export const MapPreview = ({ rows }: { rows: PreviewRow[] }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
  <section className="scroll" tabIndex={0} aria-label="Preview, scrollable">
    <DataTable
      free
      caption="What the map makes of the newest rows"
      rows={rows}
      columns={COLUMNS}
      rowKey={({ id }) => id}
      margin={{ title: 'Line', cell: (_, line) => line + 1 }}
    />
  </section>
)

const COLUMNS: Column<PreviewRow>[] = [
  {
    title: <Zoned>Event</Zoned>,
    cell: ({ id, event }) => (
      <Link className="lead" to={rowLink(id)}>
        <EventTime at={event} />
      </Link>
    ),
    below: ({ hostname, values }) => (
      <>
        <Value text={hostname} /> · {values.slice(0, 2).map(valueText).join(' · ')}
      </>
    ),
  },
  {
    title: 'Stored as',
    className: 'max-md:hidden',
    cell: ({ event, was }) =>
      event?.getTime() === was?.getTime() ? <span className="muted">the same</span> : <EventTime at={was} />,
  },
  { title: 'Host', className: 'max-md:hidden', cell: ({ hostname }) => <Value text={hostname} /> },
  {
    title: 'Times',
    className: 'max-md:hidden stacked',
    cell: ({ times }) =>
      times.length === 0 ? (
        <span className="muted">none</span>
      ) : (
        times.slice(0, SHOWN).map(({ at, label }, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a program may have run twice in one millisecond
          <div key={place}>
            <span className="muted">{label}</span> <EventTime at={at} />
          </div>
        ))
      ),
  },
  {
    title: 'Seen in it',
    className: 'max-md:hidden long',
    wrap: true,
    cell: ({ values }) =>
      values.length === 0 ? (
        <span className="muted">nothing</span>
      ) : (
        <>
          {values.slice(0, SHOWN).map(({ type, field, value }) => (
            <div key={`${type} ${field} ${value}`}>
              <span className="muted">{roleName(type)}</span> <Value text={value} path={false} />
            </div>
          ))}
          {values.length > SHOWN && <div className="muted">and {values.length - SHOWN} more</div>}
        </>
      ),
  },
]

const valueText = ({ value }: { value: string }) => value.slice(0, 80)
