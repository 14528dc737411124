import type { ReactNode } from 'react'
import { counted, duration, number, pct } from '#app/lib/format.ts'
import { gapsOf } from '#app/lib/gaps.ts'
import type { Times } from '#app/lib/times.ts'
import { useTimes } from '#app/lib/viewer.ts'
import type { LaneBy } from '#server/modules/timeline/schema.ts'
import { Link } from '../link.tsx'
import { Value } from '../value.tsx'

/** `bins`: the events in each bin of the window, in order. */
export type Lane = { lane: string; name: string; events: number; bins: number[] }
type Bin = { bin: number; n: number }
type Window = { from: Date; to: Date }
type Lanes = {
  by: LaneBy
  window: Window
  lanes: Lane[]
  notes: { id: number; at: Date; text: string }[]
  /** The address of a stretch of time in a lane (all of it without one), and of an annotation. */
  open: (lane: Lane, stretch?: Window) => string
  openNote: (note: { id: number; at: Date }) => string
}

const HEIGHT = 22

/** Swimlanes: a tick per bin that holds events, taller by logarithm; a silence beyond the lane's norm hatched and named. */
export function SwimLanes({ by, window, lanes, notes, open, openNote }: Lanes) {
  const times = useTimes()
  const most = Math.max(...lanes.flatMap(({ bins }) => bins), 1)
  return (
    <table className="lanes">
      <caption className="sr-only">{`Lanes by ${by}, ${times.exact(window.from)} to ${times.exact(window.to)}`}</caption>
      <colgroup>
        <col className="lane-name" />
        <col />
        <col className="lane-count" />
      </colgroup>
      <thead className="sr-only">
        <tr>
          <th scope="col">Lane</th>
          <th scope="col">When</th>
          <th scope="col">Events</th>
        </tr>
      </thead>
      <tbody>
        {notes.length > 0 && <NoteLane notes={notes} window={window} openNote={openNote} />}
        {lanes.map((lane) => (
          <tr key={lane.lane}>
            <th scope="row">
              <Link to={open(lane)} className="n">
                {nameOf(by, lane)}
              </Link>
            </th>
            <td>
              <OneLane lane={lane} window={window} most={most} open={open} />
            </td>
            <td className="r">
              <Link className="num" to={open(lane)}>
                {number(lane.events)}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
      <tfoot aria-hidden="true">
        <tr>
          <td />
          <td>
            <div className="ends">
              <span title={times.utc(window.from)}>{times.exact(window.from)}</span>
              <span title={times.utc(window.to)}>{times.exact(window.to)}</span>
            </div>
            <Hatch />
          </td>
          <td />
        </tr>
      </tfoot>
    </table>
  )
}

const NAMELESS: Partial<Record<Lanes['by'], string>> = { user: 'no user named', tag: 'no tag' }

const nameOf = (by: Lanes['by'], { name }: Lane): ReactNode =>
  name === '' && NAMELESS[by] ? <span className="muted">{NAMELESS[by]}</span> : <Value text={name} path={false} />

type One = { lane: Lane; window: Window; most: number; open: Lanes['open'] }

function OneLane({ lane, window, most, open }: One) {
  const times = useTimes()
  const count = lane.bins.length
  const held = lane.bins.flatMap((n, bin) => (n > 0 ? [{ bin, n }] : []))
  const width = 100 / count
  const at = (bin: number) =>
    new Date(window.from.getTime() + Math.ceil((bin * (window.to.getTime() - window.from.getTime())) / count))
  const stretch = (from: number, to: number): Window => ({ from: at(from), to: at(to) })
  const gaps = gapsOf(held.map(({ bin }) => bin)).map(({ norm, ...gap }) => ({
    ...gap,
    said: silence(stretch(gap.from, gap.to), norm * (at(1).getTime() - at(0).getTime())),
  }))
  return (
    <>
      <svg className="plot" height={HEIGHT} aria-hidden="true">
        {gaps.map(({ from, to, said }) => (
          <a key={from} href={open(lane, stretch(from, to))} tabIndex={-1}>
            <title>{times.both(said)}</title>
            <rect className="gap" x={pct(from * width)} width={pct((to - from) * width)} y="5" height={HEIGHT - 9} />
          </a>
        ))}
        <Bars bins={held} count={count} most={most} />
        {reached(held, count).map(({ from, to, n }) => (
          <a key={from} href={open(lane, stretch(from, to))} tabIndex={-1}>
            <title>{times.both(({ exact }) => `${exact(at(from))} to ${exact(at(to))}: ${counted(n, 'event')}`)}</title>
            <rect className="hit" x={pct(from * width)} width={pct((to - from) * width)} y="0" height={HEIGHT} />
          </a>
        ))}
        <line className="gr" x1="0" x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      </svg>
      {gaps.length > 0 && <p className="sr-only">{gaps.map(({ said }) => said(times)).join(' ')}</p>}
    </>
  )
}

// One shape for all: a lane may have 120 of them, and a page twelve lanes.
function Bars({ bins, count, most }: { bins: Bin[]; count: number; most: number }) {
  const bar = ({ bin, n }: Bin) => {
    const height = 4 + (Math.log1p(n) / Math.log1p(most)) * (HEIGHT - 7)
    return `M${bin} ${HEIGHT - 1}v${(-height).toFixed(2)}h.8v${height.toFixed(2)}z`
  }
  return (
    <svg viewBox={`0 0 ${count} ${HEIGHT}`} preserveAspectRatio="none" width="100%" height={HEIGHT} aria-hidden="true">
      <path className="b1" d={bins.map(bar).join('')} />
    </svg>
  )
}

const TOGETHER = 5

type Reached = { from: number; to: number; n: number }

/** The stretches of a lane that lead to their events, in bins: of a sparse lane each bin, of a full one five together. */
export function reached(bins: Bin[], count: number): Reached[] {
  const together = bins.length * TOGETHER > count ? TOGETHER : 1
  const found = new Map<number, Reached>()
  for (const { bin, n } of bins) {
    const from = bin - (bin % together)
    const before = found.get(from)?.n ?? 0
    found.set(from, { from, to: Math.min(count, from + together), n: before + n })
  }
  return [...found.values()]
}

const silence =
  ({ from, to }: Window, norm: number) =>
  ({ exact }: Times) =>
    `Silent for ${duration(to.getTime() - from.getTime())} from ${exact(from)} to ${exact(to)}; usual here are ${duration(norm)} between events.`

function NoteLane({ notes, window, openNote }: Pick<Lanes, 'notes' | 'window' | 'openNote'>) {
  const times = useTimes()
  const range = window.to.getTime() - window.from.getTime()
  return (
    <tr>
      <th scope="row">Annotations</th>
      <td>
        <svg className="plot" height={HEIGHT} aria-hidden="true">
          {notes.map((note) => {
            const x = pct(((note.at.getTime() - window.from.getTime()) / range) * 100)
            return (
              <a key={note.id} href={openNote(note)} tabIndex={-1}>
                <title>{times.both(({ exact }) => `${exact(note.at)}: ${note.text.slice(0, 200)}`)}</title>
                <line className="mk" x1={x} x2={x} y1="2" y2={HEIGHT - 1} />
                <circle className="mk" cx={x} cy="6" r="4" />
              </a>
            )
          })}
          <line className="gr" x1="0" x2="100%" y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
        </svg>
      </td>
      <td className="r">{number(notes.length)}</td>
    </tr>
  )
}

/** What silences are filled with. */
const Hatch = () => (
  <svg width="0" height="0" aria-hidden="true" className="absolute">
    <defs>
      <pattern id="gap-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="1" height="5" fill="var(--line-strong)" />
      </pattern>
    </defs>
  </svg>
)
