import { useLocation } from '@remix-run/react'
import { Columns } from '#app/components/icons.tsx'
import { CALLED, ownColumns } from '#app/lib/column-widths.ts'
import type { GridColumn, GridLayout, NamedWidth } from '#server/modules/exploring/schema.ts'
import { Popover } from './menu.tsx'
import { PostForm } from './post-form.tsx'
import { Value } from './value.tsx'

// Written out here: the schema would bring the parser of queries into the browser, where evaluating text is forbidden.
const WIDTHS: readonly NamedWidth[] = ['auto', 'narrow', 'middle', 'wide', 'widest']

type Props = { artifact: string; known: string[]; shown: GridColumn[]; layout: GridLayout | null }

/**
 * Which fields of the artifact stand as columns, in what order, how wide, and which stay at the left. Kept for this person and artifact, or only for
 * this address, which then can be given to a colleague.
 */
export function ColumnChooser({ artifact, known, shown, layout }: Props) {
  const { pathname, search } = useLocation()
  const names = shown.map(({ name }) => name)
  const all: GridColumn[] = [
    ...shown,
    ...known.filter((name) => !names.includes(name)).map((name) => ({ name, width: 'auto' as const })),
  ]
  return (
    <Popover
      className="start sheet"
      button="btn"
      act="columns"
      label={
        <>
          <Columns aria-hidden="true" />
          Columns <span className="muted">{`${shown.length} of ${all.length}`}</span>
        </>
      }
    >
      <PostForm action="/rows/layout" className="ask" preventScrollReset>
        <input type="hidden" name="artifact" value={artifact} />
        <input type="hidden" name="next" value={withoutColumns(pathname, search)} />
        <fieldset className="columns-list">
          <legend className="label pb-1">
            What every row has, then the fields of this artifact, most common first: place, width, and whether it is
            pinned. Pinned columns stay at the left while they leave half of the grid to the others; on a small screen
            two thirds.
          </legend>
          {ownColumns(layout?.own ?? []).map((column) => (
            <div key={column.name} className="column-line">
              <span>{CALLED[column.name]}</span>
              <span className="muted">always</span>
              <HowItStands column={column} called={CALLED[column.name]} of="own " />
            </div>
          ))}
          {all.map((column, at) => (
            <div key={column.name} className="column-line">
              <label className="check">
                <input
                  className="box"
                  type="checkbox"
                  name="columns"
                  value={column.name}
                  defaultChecked={names.includes(column.name)}
                />
                <Value text={column.name} path={false} />
              </label>
              <input
                className="field place"
                type="number"
                min={1}
                max={999}
                name={`place ${column.name}`}
                aria-label={`Place of ${column.name}`}
                defaultValue={names.includes(column.name) ? at + 1 : ''}
              />
              <HowItStands column={column} called={column.name} of="" />
            </div>
          ))}
        </fieldset>
        <div className="acts">
          <button type="submit" className="btn primary" name="intent" value="keep">
            Keep for me
          </button>
          <button type="submit" className="btn" name="intent" value="once">
            Only this time
          </button>
          {layout && (
            <button type="submit" className="btn quiet" name="intent" value="reset">
              As at first
            </button>
          )}
        </div>
      </PostForm>
    </Popover>
  )
}

type Standing = { column: GridColumn; called: string; of: '' | 'own ' }

/** How wide a column is and whether it stays at the left; `of`: how the fields of the form begin. */
const HowItStands = ({ column: { name, width, pinned }, called, of }: Standing) => (
  <>
    <select className="field" name={`${of}width ${name}`} aria-label={`Width of ${called}`} defaultValue={width}>
      {typeof width === 'number' && <option value={width}>{`${width} px`}</option>}
      {WIDTHS.map((one) => (
        <option key={one} value={one}>
          {one}
        </option>
      ))}
    </select>
    <label className="check" title="Pin at the left">
      <input
        className="box"
        type="checkbox"
        name={`${of}pinned`}
        value={name}
        aria-label={`Pin ${called}`}
        defaultChecked={pinned}
      />
      Pin
    </label>
  </>
)

type Lines = { artifact: string; lines: GridLayout['lines'] }

/** Whether a row takes one line or as many as its values need: kept for this person and artifact. */
export function LinesToggle({ artifact, lines }: Lines) {
  const { pathname, search } = useLocation()
  const wrapped = lines === 'wrapped'
  return (
    <PostForm action="/rows/layout" preventScrollReset className="max-md:hidden">
      <input type="hidden" name="artifact" value={artifact} />
      <input type="hidden" name="next" value={pathname + search} />
      <button
        type="submit"
        className="btn quiet"
        name="intent"
        value={wrapped ? 'one' : 'wrapped'}
        aria-pressed={wrapped}
        title={wrapped ? 'One line for each row' : 'As many lines as the values of a row need'}
      >
        Wrap
      </button>
    </PostForm>
  )
}

/** This address without columns of its own: what is kept then shows. */
function withoutColumns(pathname: string, search: string): string {
  const to = new URLSearchParams(search)
  for (const name of ['columns', 'cursor', 'at']) to.delete(name)
  return `${pathname}?${to}`
}
