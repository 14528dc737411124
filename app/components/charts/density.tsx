import { useSearchParams } from '@remix-run/react'
import { counted, number, pct } from '#app/lib/format.ts'
import type { Times } from '#app/lib/times.ts'
import { useTimes } from '#app/lib/viewer.ts'
import { Link } from '../link.tsx'
import { AsTable } from './as-table.tsx'

export type DensityBin = { from: Date; to: Date; n: number }
type Density = {
  bins: DensityBin[]
  window: { from: Date | null; to: Date | null }
  /** The address of a stretch of time. */
  zoom: (bin: { from: Date; to: Date }) => string
}

const HEIGHT = 44

/** Events over the whole range, one bar per bin, tall by square root so that a few beside thousands still show. Each zooms. */
export function Density({ bins, window, zoom }: Density) {
  const times = useTimes()
  const most = Math.max(...bins.map(({ n }) => n), 1)
  const [first, last] = [bins[0], bins.at(-1)]
  if (!first || !last) return null
  const range = last.to.getTime() - first.from.getTime()
  const place = (at: Date) => Math.min(100, Math.max(0, ((at.getTime() - first.from.getTime()) / range) * 100))
  const [left, right] = [place(window.from ?? first.from), place(window.to ?? last.to)]
  const held = bins.filter(({ n }) => n > 0)
  const bar = ({ from, to, n }: DensityBin) => {
    const height = Math.max(2, Math.sqrt(n / most) * (HEIGHT - 4)).toFixed(2)
    return `M${place(from).toFixed(3)} ${HEIGHT}v-${height}h${((place(to) - place(from)) * 0.8).toFixed(3)}v${height}z`
  }
  const windowed = window.from !== null || window.to !== null
  return (
    <figure className="density">
      <figcaption className="sr-only">{conclusion(bins, times)}</figcaption>
      <svg className="plot" height={HEIGHT} aria-hidden="true">
        {windowed && (
          <rect className="win" x={pct(left)} width={pct(Math.max(right - left, 0.4))} y="0" height={HEIGHT} />
        )}
        <svg viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" width="100%" height={HEIGHT} aria-hidden="true">
          <path className="b1" d={held.map(bar).join('')} />
        </svg>
        {held.map((bin) => (
          <a key={bin.from.getTime()} href={zoom(bin)} tabIndex={-1}>
            <title>
              {times.both(({ exact }) => `${exact(bin.from)} to ${exact(bin.to)}: ${counted(bin.n, 'event')}`)}
            </title>
            <rect
              className="hit"
              x={pct(place(bin.from))}
              width={pct(place(bin.to) - place(bin.from))}
              y="0"
              height={HEIGHT}
            />
          </a>
        ))}
        <line className="ax" x1="0" x2="100%" y1={HEIGHT} y2={HEIGHT} />
      </svg>
      <div className="ends">
        <span title={times.utc(first.from)}>{times.exact(first.from)}</span>
        <span title={times.utc(last.to)}>{times.exact(last.to)}</span>
      </div>
      <Bins bins={held} zoom={zoom} times={times} />
    </figure>
  )
}

const TABLE = 'density'

/** The bins as a table, where it was asked for: it would be a ninth of each page. */
function Bins({ bins, zoom, times }: Pick<Density, 'bins' | 'zoom'> & { times: Times }) {
  const to = new URLSearchParams(useSearchParams()[0])
  if (to.get('table') !== TABLE) {
    to.set('table', TABLE)
    return (
      <Link className="link inline-block min-h-6" to={`?${to}`} preventScrollReset>
        Density as table
      </Link>
    )
  }
  return (
    <AsTable
      open
      caption="Events over the whole range"
      columns={['From', 'To', 'Events']}
      numbers={1}
      title="Density as table"
    >
      {bins.map((bin) => (
        <tr key={bin.from.getTime()}>
          <td title={times.utc(bin.from)}>{times.exact(bin.from)}</td>
          <td title={times.utc(bin.to)}>{times.exact(bin.to)}</td>
          <td className="r">
            <Link className="num" to={zoom(bin)}>
              {number(bin.n)}
            </Link>
          </td>
        </tr>
      ))}
    </AsTable>
  )
}

function conclusion(bins: DensityBin[], { exact }: Times): string {
  const total = bins.reduce((sum, { n }) => sum + n, 0)
  const top = bins.reduce((most, bin) => (bin.n > most.n ? bin : most))
  return `${counted(total, 'event')} over the whole range, most from ${exact(top.from)} to ${exact(top.to)}: ${number(top.n)}.`
}
