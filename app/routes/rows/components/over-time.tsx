import { useNavigate, useSearchParams } from '@remix-run/react'
import { type PointerEvent, useRef, useState } from 'react'
import { type Bar, HistogramPlot } from '#app/components/charts/histogram.tsx'
import { Link } from '#app/components/link.tsx'
import { FullTime } from '#app/components/time.tsx'
import { counted, number } from '#app/lib/format.ts'
import { narrowed } from '#app/lib/query-text.ts'
import { useSearchLink } from '#app/lib/search-link.ts'

export type OverTime = {
  rows: number
  hosts: number
  undated: number
  before: number
  after: number
  width: number | null
  bars: Bar[]
}

/** Rows over event time. Drag over it to zoom; the two fields above do the same, and so do the figures. */
export function RowsOverTime({ found }: { found: OverTime }) {
  const link = useSearchLink()
  const zoom = ({ from, to }: { from: Date; to: Date }) => link({ from: from.toISOString(), to: to.toISOString() })
  const { bars } = found
  return (
    <section className="over-time" aria-label="Rows over time">
      {bars.length > 0 && <Plot bars={bars} zoom={zoom} />}
      <p className="label beside">
        <span>
          {bars.length > 0 ? (
            <>
              <FullTime at={bars[0]!.from} /> to <FullTime at={bars.at(-1)!.to} />, {stretchOf(found.width ?? 0)} a bar
            </>
          ) : (
            'No row here is dated.'
          )}
        </span>
        <span>
          on <b>{counted(found.hosts, 'host')}</b>
        </span>
        <Beside found={found} />
      </p>
      {bars.length > 0 && <AsList bars={bars} zoom={zoom} />}
    </section>
  )
}

/** What stands beside the plot because it has no place in it; each number leads to its rows. */
function Beside({ found: { undated, before, after } }: { found: OverTime }) {
  const link = useSearchLink()
  const query = useSearchParams()[0].get('q') ?? ''
  const also = (term: string) => link({ q: narrowed(query, term, 'only'), from: null, to: null })
  return (
    <>
      {undated > 0 && (
        <Link className="num" to={also('NOT time:*')}>
          {number(undated)} undated
        </Link>
      )}
      {before > 0 && (
        <Link className="num" to={also('time<1980-01-01')}>
          {number(before)} dated before 1980
        </Link>
      )}
      {after > 0 && (
        <Link className="num" to={also('time>now+1d')}>
          {number(after)} dated ahead of today
        </Link>
      )}
    </>
  )
}

type Zoom = (stretch: { from: Date; to: Date }) => string
const LEAST_DRAG = 0.006

function Plot({ bars, zoom }: { bars: Bar[]; zoom: Zoom }) {
  const navigate = useNavigate()
  const box = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const share = (event: PointerEvent) => {
    const { left, width } = box.current!.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width))
  }
  const stretch = (from: number, to: number) => {
    const [start, end] = [bars[0]!.from.getTime(), bars.at(-1)!.to.getTime()]
    const at = (part: number) => new Date(Math.round(start + part * (end - start)))
    return { from: at(Math.min(from, to)), to: at(Math.max(from, to)) }
  }
  const end = () => {
    if (drag && Math.abs(drag.to - drag.from) > LEAST_DRAG) navigate(zoom(stretch(drag.from, drag.to)))
    setDrag(null)
  }
  const moved = drag !== null && Math.abs(drag.to - drag.from) > LEAST_DRAG
  return (
    <div
      ref={box}
      className="draggable"
      onPointerDown={(event) => {
        if (event.button === 0) setDrag({ from: share(event), to: share(event) })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, to: share(event) })}
      onPointerUp={end}
      onPointerLeave={() => setDrag(null)}
      onClickCapture={(event) => {
        // The end of a drag is no click on the bar that happens to lie there.
        if (moved) event.preventDefault()
      }}
    >
      <HistogramPlot
        bars={bars}
        zoom={zoom}
        window={moved ? [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)] : null}
      />
    </div>
  )
}

const AsList = ({ bars, zoom }: { bars: Bar[]; zoom: Zoom }) => (
  <details>
    <summary className="link">Rows over time in figures</summary>
    <ol className="stretches">
      {bars
        .filter(({ rows }) => rows > 0)
        .map((bar) => (
          <li key={bar.from.getTime()}>
            <span>
              <FullTime at={bar.from} /> to <FullTime at={bar.to} />
            </span>
            <Link className="num" to={zoom(bar)}>
              {number(bar.rows)}
            </Link>
          </li>
        ))}
    </ol>
  </details>
)

const UNITS: [ms: number, name: string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
  [1, 'millisecond'],
]

function stretchOf(width: number): string {
  const [ms, name] = UNITS.find(([unit]) => width % unit === 0) ?? UNITS.at(-1)!
  return counted(width / ms, name)
}
