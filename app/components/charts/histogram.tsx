import { number, pct, shortNumber } from '#app/lib/format.ts'
import type { Times } from '#app/lib/times.ts'
import { useTimes } from '#app/lib/viewer.ts'

export type Bar = { from: Date; to: Date; rows: number }

const TOP = 8
const BASE = 54

/**
 * Rows per stretch of time: x in percent, y in pixels. Each bar that has rows is a link into its stretch. `window`: what is
 * being drawn up with the mouse, in shares of the width. Its figures stand in a list beside it, for those who cannot see it.
 */
export function HistogramPlot({ bars, zoom, window }: Props) {
  const times = useTimes()
  const most = Math.max(...bars.map(({ rows }) => rows), 1)
  const width = 100 / bars.length
  return (
    <>
      <p className="sr-only">{conclusion(bars, times)}</p>
      <svg className="plot histogram" aria-hidden="true">
        <line className="gr" x1="0" x2="100%" y1={TOP} y2={TOP} />
        <text x="0" y={TOP - 1}>
          {shortNumber(most)}
        </text>
        {window && (
          <rect
            className="win"
            x={pct(window[0] * 100)}
            width={pct((window[1] - window[0]) * 100)}
            y="2"
            height={BASE - 2}
          />
        )}
        {bars.map((bar, at) => {
          if (bar.rows === 0) return null
          const height = Math.max(2, (bar.rows / most) * (BASE - TOP))
          return (
            <a key={bar.from.getTime()} href={zoom(bar)} tabIndex={-1} draggable={false}>
              <title>
                {times.both(({ full }) => `${full(bar.from)} to ${full(bar.to)}: ${number(bar.rows)} rows`)}
              </title>
              <rect className="hit" x={pct(at * width)} width={pct(width)} y="0" height={BASE} />
              <rect className="b1" x={pct(at * width)} width={pct(width * 0.8)} y={BASE - height} height={height} />
            </a>
          )
        })}
        <line className="ax" x1="0" x2="100%" y1={BASE} y2={BASE} />
      </svg>
    </>
  )
}

type Props = { bars: Bar[]; zoom: (stretch: { from: Date; to: Date }) => string; window: [number, number] | null }

function conclusion(bars: Bar[], { full }: Times): string {
  const total = bars.reduce((sum, { rows }) => sum + rows, 0)
  const top = bars.reduce((most, bar) => (bar.rows > most.rows ? bar : most))
  return `${number(total)} dated rows from ${full(bars[0]!.from)} to ${full(bars.at(-1)!.to)}, most in the stretch from ${full(top.from)} with ${number(top.rows)}.`
}
