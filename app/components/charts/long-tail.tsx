import { scaleLog } from 'd3-scale'
import { number, pct } from '#app/lib/format.ts'

/** So many values stand on so many hosts; `open` of them are undecided. */
export type TailLevel = { hosts: number; values: number; open: number }

const STEPS = 64
const TOP = 10
const BASE = 148
const BELOW = 22

type Bin = { from: number; to: number; hosts: number; open: number; values: number }

/** Rank of a value against the hosts it was seen on, both logarithmic: the decided are shaded, what is open hangs below. */
export function LongTail({ levels }: { levels: TailLevel[] }) {
  const values = levels.reduce((sum, level) => sum + level.values, 0)
  const open = levels.reduce((sum, level) => sum + level.open, 0)
  const most = Math.max(...levels.map(({ hosts }) => hosts), 1)
  const bins = binned(levels, values)
  const x = scaleLog()
    .domain([1, values + 1])
    .range([0, 100])
  const y = scaleLog()
    .domain([1, Math.max(most, 10)])
    .range([BASE - 8, TOP])
  const worst = Math.max(...bins.map((bin) => bin.open / Math.max(1, bin.values)), 0.01)
  const ticks = decades(Math.max(most, 10))
  return (
    <div className="axed">
      <svg className="plot tail ticks" aria-hidden="true">
        {ticks.map((tick) => (
          <text key={tick} x="100%" dx="-8" y={y(tick) + 4} textAnchor="end">
            {number(tick)}
          </text>
        ))}
      </svg>
      <svg className="plot tail" role="img" aria-label={conclusion(levels, { values, open })}>
        {ticks.map((tick) => (
          <line key={tick} className="gr" x1="0" x2="100%" y1={y(tick)} y2={y(tick)} />
        ))}
        {bins.map(({ from, to, hosts, ...bin }) => {
          const [left, width, top] = [x(from), Math.max(0.2, x(to + 1) - x(from)), y(Math.max(1, hosts))]
          const share = bin.open / Math.max(1, bin.values) / worst
          return (
            <g key={from}>
              <rect className="bq" x={pct(left)} width={pct(width)} y={top} height={BASE - top}>
                <title>{`rank ${number(from)}: ${number(hosts)} hosts`}</title>
              </rect>
              <rect className="edge" x={pct(left)} width={pct(width)} y={top - 1} height="2" />
              {bin.open > 0 && (
                <rect
                  className="todo"
                  x={pct(left)}
                  width={pct(Math.max(0.2, width * 0.8))}
                  y={BASE + 1}
                  height={Math.max(2, share * (BELOW - 4))}
                />
              )}
            </g>
          )
        })}
        <line className="ax" x1="0" x2="100%" y1={BASE} y2={BASE} />
        <text x="0" y={BASE + BELOW + 12} textAnchor="start">
          1
        </text>
        {decades(values)
          .slice(1)
          .filter((tick) => x(tick) < 85)
          .map((tick) => (
            <text key={tick} x={pct(x(tick))} y={BASE + BELOW + 12} textAnchor="middle">
              {number(tick)}
            </text>
          ))}
        <text x="100%" y={BASE + BELOW + 12} textAnchor="end">
          {number(values)}
        </text>
      </svg>
    </div>
  )
}
const decades = (most: number) =>
  Array.from({ length: Math.floor(Math.log10(Math.max(1, most))) + 1 }, (_, at) => 10 ** at)

/** Ranks, the commonest value first, in steps of equal width on a logarithmic axis. */
function binned(levels: TailLevel[], values: number): Bin[] {
  const ordered = levels.toSorted((a, b) => b.hosts - a.hosts)
  const edges = new Set(
    Array.from({ length: STEPS + 1 }, (_, at) => Math.max(1, Math.round((values + 1) ** (at / STEPS)))),
  )
  const starts = [...edges].filter((rank) => rank <= values).sort((a, b) => a - b)
  return starts.map((from, at) => {
    const to = (starts[at + 1] ?? values + 1) - 1
    return { from, to, values: to - from + 1, ...within(ordered, from, to) }
  })
}

function within(ordered: TailLevel[], from: number, to: number): { hosts: number; open: number } {
  let rank = 0
  let hosts = 0
  let open = 0
  for (const level of ordered) {
    const [first, last] = [rank + 1, rank + level.values]
    rank = last
    if (last < from) continue
    if (first > to) break
    if (hosts === 0) hosts = level.hosts
    open += level.open * ((Math.min(to, last) - Math.max(from, first) + 1) / level.values)
  }
  return { hosts, open }
}

function conclusion(levels: TailLevel[], { values, open }: { values: number; open: number }): string {
  const alone = levels.find(({ hosts }) => hosts === 1)?.values ?? 0
  const few = levels.filter(({ hosts }) => hosts <= 3).reduce((sum, level) => sum + level.values, 0)
  return `Long tail: rank of the value against the hosts it was seen on, both logarithmic. ${number(values)} values, ${number(alone)} of them on one host and ${number(few)} on one to three; ${number(values - open)} are decided, ${number(open)} are not.`
}
