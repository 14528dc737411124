import { Form, useLocation } from '@remix-run/react'
import { Columns } from '#app/components/icons.tsx'
import type { Width } from '#server/modules/exploring/schema.ts'
import { Popover } from './menu.tsx'
import { Value } from './value.tsx'

// Written out here: the schema would bring the parser of queries into the browser, where evaluating text is forbidden.
const WIDTHS: readonly Width[] = ['auto', 'narrow', 'middle', 'wide', 'widest']

export type Shown = { name: string; width: Width }
type Props = { artifact: string; known: string[]; shown: Shown[]; kept: boolean }

/**
 * Which fields of the artifact stand as columns, in what order and how wide. Kept for this person and artifact, or only for
 * this address, which then can be given to a colleague.
 */
export function ColumnChooser({ artifact, known, shown, kept }: Props) {
  const { pathname, search } = useLocation()
  const names = shown.map(({ name }) => name)
  const all = [
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
      <Form method="post" action="/rows/layout" className="ask" preventScrollReset>
        <input type="hidden" name="artifact" value={artifact} />
        <input type="hidden" name="next" value={withoutColumns(pathname, search)} />
        <fieldset className="columns-list">
          <legend className="label pb-1">Fields of this artifact, most common first: place and width</legend>
          {all.map(({ name, width }, at) => (
            <div key={name} className="column-line">
              <label className="check">
                <input
                  className="box"
                  type="checkbox"
                  name="columns"
                  value={name}
                  defaultChecked={names.includes(name)}
                />
                <Value text={name} path={false} />
              </label>
              <input
                className="field place"
                type="number"
                min={1}
                max={999}
                name={`place ${name}`}
                aria-label={`Place of ${name}`}
                defaultValue={names.includes(name) ? at + 1 : ''}
              />
              <select className="field" name={`width ${name}`} aria-label={`Width of ${name}`} defaultValue={width}>
                {WIDTHS.map((one) => (
                  <option key={one} value={one}>
                    {one}
                  </option>
                ))}
              </select>
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
          {kept && (
            <button type="submit" className="btn quiet" name="intent" value="reset">
              As at first
            </button>
          )}
        </div>
      </Form>
    </Popover>
  )
}

/** This address without columns of its own: what is kept then shows. */
function withoutColumns(pathname: string, search: string): string {
  const to = new URLSearchParams(search)
  for (const name of ['columns', 'cursor', 'at']) to.delete(name)
  return `${pathname}?${to}`
}
