import { Form, useSearchParams } from '@remix-run/react'
import Columns from 'lucide-react/icons/columns-3'
import { Popover } from './menu.tsx'

/** Which fields of the artifact stand as columns: checkboxes whose answer is the address. */
export function ColumnChooser({ known, shown }: { known: string[]; shown: string[] }) {
  const [params] = useSearchParams()
  const kept = [...params].filter(([name]) => !['columns', 'row', 'cursor', 'at'].includes(name))
  const all = [...shown, ...known.filter((name) => !shown.includes(name))]
  return (
    <div className="pb-2 max-md:hidden">
      <Popover
        className="start sheet"
        button="btn"
        label={
          <>
            <Columns aria-hidden="true" />
            Columns <span className="muted">{`${shown.length} of ${all.length}`}</span>
          </>
        }
      >
        <Form method="get" className="ask" preventScrollReset>
          {kept.map(([name, value]) => (
            <input key={name + value} type="hidden" name={name} value={value} />
          ))}
          <fieldset className="columns-list">
            <legend className="label pb-1">Fields of this artifact, most common first</legend>
            {all.map((name) => (
              <label key={name} className="check">
                <input
                  className="box"
                  type="checkbox"
                  name="columns"
                  value={name}
                  defaultChecked={shown.includes(name)}
                />
                <span className="val cut">{name}</span>
              </label>
            ))}
          </fieldset>
          <button type="submit" className="btn primary">
            Show columns
          </button>
        </Form>
      </Popover>
    </div>
  )
}
