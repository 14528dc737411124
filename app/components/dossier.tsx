import { counted, number } from '#app/lib/format.ts'
import { typeName, valueQuery } from '#app/lib/observable-link.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { useMayWrite, useTimes } from '#app/lib/viewer.ts'
import { dayName } from './charts/bars.tsx'
import { HEAT, HostCalendar } from './charts/calendar.tsx'
import { CopyButton } from './copy.tsx'
import { History, RulingBand } from './dossier-decisions.tsx'
import { Around, type NearRow, type Neighbour, Neighbours } from './dossier-near.tsx'
import { type Beside, type OnHost, OnHosts, type Place, Places, Values } from './dossier-places.tsx'
import { Link } from './link.tsx'
import { Nothing } from './notice.tsx'
import { SectionHead } from './page-head.tsx'
import { Facts } from './record.tsx'
import { EventTime, FullTime } from './time.tsx'
import { WholeValue } from './value.tsx'
import { VerdictForm } from './verdict-form.tsx'
import type { Decided } from './verdict-list.tsx'

type Calendar = { until: string; weeks: number; days: { day: string; hosts: number }[] }
type Kept = {
  malicious: number | null
  suspicious: number | null
  harmless: number | null
  undetected: number | null
  names: string[]
  fetched_at: Date | null
}
export type Dossier = {
  type: string
  value: string
  shape: string
  totalHosts: number
  whole: { hosts: number; rows: number; deliveries: number; first_seen: Date | null; last_seen: Date | null } | null
  places: Place[]
  hosts: OnHost[]
  calendar: Calendar
  alike: Beside[] | null
  neighbours: Neighbour[] | null
  around: NearRow[] | null
  verdicts: Decided[]
  version: number
  kept: Kept | null
  labels: string[]
}

/** Everything about one value: what is decided, where it was seen, and beside what. */
export function ObservableDossier({ dossier }: { dossier: Dossier }) {
  const { type, value, whole, verdicts } = dossier
  return (
    <article>
      <div className="head">
        <div className="min-w-0">
          <p>
            <span className="tag">{typeName(type)}</span>
          </p>
          <h1>
            <WholeValue text={value} />
          </h1>
        </div>
        <div className="acts">
          <CopyButton text={value} name="Copy" />
          <Link className="btn" to={rowsLink({ q: valueQuery(dossier) })}>
            Rows
          </Link>
          <Link className="btn" to={timelineLink({ q: valueQuery(dossier) })}>
            Timeline
          </Link>
        </div>
      </div>
      <RulingBand standing={verdicts.filter(({ state }) => state === 'standing')} />
      {whole ? <Summary dossier={dossier} whole={whole} /> : <Unseen />}
      <div className="dossier">
        <div className="min-w-0">{whole && <Seen dossier={dossier} />}</div>
        <aside className="min-w-0" aria-label="Decisions and intelligence">
          <Decide dossier={dossier} />
          <History verdicts={verdicts} />
          {type === 'hash' && <Intelligence kept={dossier.kept} hash={value} />}
        </aside>
      </div>
    </article>
  )
}

const Unseen = () => (
  <Nothing title="No row has this value" alone>
    It can be decided about before it arrives: the verdict will stand beside it in every row.
  </Nothing>
)

function Summary({ dossier, whole }: { dossier: Dossier; whole: NonNullable<Dossier['whole']> }) {
  const { zone } = useTimes()
  return (
    <Facts
      facts={{
        Hosts: (
          <a className="num" href="#hosts">
            {number(whole.hosts)} <small>of {number(dossier.totalHosts)}</small>
          </a>
        ),
        [`First seen (${zone})`]: <EventTime at={whole.first_seen} />,
        [`Last seen (${zone})`]: <EventTime at={whole.last_seen} />,
        'Cells with it': (
          <Link className="num" to={rowsLink({ q: valueQuery(dossier) })}>
            {number(whole.rows)}
          </Link>
        ),
        Deliveries: number(whole.deliveries),
      }}
    />
  )
}

function Seen({ dossier }: { dossier: Dossier }) {
  const { whole, places, hosts, totalHosts, calendar, neighbours, around } = dossier
  return (
    <>
      <nav className="jumps" aria-label="Sections">
        <a href="#sightings">Sightings</a>
        <a href="#where">Where it occurs {places.length}</a>
        <a href="#near">Neighbours {neighbours?.length ?? ''}</a>
        <a href="#hosts">Hosts {number(whole?.hosts ?? 0)}</a>
        {dossier.shape && <a href="#alike">Same shape</a>}
        <a href="#decide">Decide</a>
        <a href="#decisions">Decisions {dossier.verdicts.length}</a>
      </nav>
      <Sightings calendar={calendar} />
      <Places of={dossier} places={places} totalHosts={totalHosts} />
      <Neighbours neighbours={neighbours} />
      <OnHosts of={dossier} hosts={hosts} total={whole?.hosts ?? 0} />
      <Around rows={around} />
      {dossier.shape && <Alike dossier={dossier} />}
    </>
  )
}

const Sightings = ({ calendar }: { calendar: Calendar }) => (
  <section id="sightings">
    <SectionHead
      title="Hosts per day"
      about={`${calendar.weeks} weeks, UTC; days on which a delivery first or last saw it`}
    />
    <div className="calbox">
      <HostCalendar calendar={calendar} />
    </div>
    <p className="scale" aria-hidden="true">
      {HEAT.map((name, at) => (
        <span key={name}>
          <svg className="cal" width="12" height="12" aria-hidden="true">
            <rect className={`h${at}`} width="12" height="12" />
          </svg>
          {name}
        </span>
      ))}
    </p>
    {calendar.days.length > 0 && (
      <details>
        <summary className="link inline-block min-h-6">Show as table</summary>
        <ul className="lines max-w-80">
          {calendar.days.toReversed().map(({ day, hosts }) => (
            <li key={day}>
              {dayName(day)} {day.slice(0, 4)}: {counted(hosts, 'host')}
            </li>
          ))}
        </ul>
      </details>
    )}
  </section>
)

const Alike = ({ dossier: { alike, shape } }: { dossier: Dossier }) => (
  <section id="alike">
    <SectionHead title="Same shape" about={shape.slice(0, 200)} />
    {alike === null && <p className="muted">not reached: looking for them takes too long</p>}
    {alike?.length === 0 && <p className="muted">No other value has this shape.</p>}
    <Values values={alike ?? []} />
  </section>
)

const MOST_CHOICES = 20

function Decide({ dossier }: { dossier: Dossier }) {
  if (!useMayWrite()) return null
  const parents = (dossier.neighbours ?? []).filter(({ type, field }) => type === 'process' && /parent/i.test(field))
  return (
    <section id="decide">
      <SectionHead title="Decide" />
      <VerdictForm
        key={dossier.version}
        of={[dossier]}
        version={dossier.version}
        hasShape={dossier.shape !== ''}
        choices={{
          hosts: dossier.hosts.slice(0, MOST_CHOICES).map(({ host_id, hostname }) => ({ id: host_id, hostname })),
          labels: dossier.labels,
          parents: parents.map(({ value }) => value),
        }}
      />
    </section>
  )
}

const Intelligence = ({ kept, hash }: { kept: Kept | null; hash: string }) => (
  <section id="intel">
    <SectionHead title="Intelligence">
      <Link className="link" to={`/lookup?hash=${hash}`}>
        Ask VirusTotal
      </Link>
    </SectionHead>
    {kept === null && <p className="muted">not fetched; nothing is asked outside by itself</p>}
    {kept && (
      <p>
        {kept.malicious === null
          ? 'VirusTotal does not know it'
          : `${counted(kept.malicious, 'engine')} of VirusTotal call it malicious, ${number(kept.suspicious ?? 0)} suspicious`}
        {kept.fetched_at && (
          <>
            , fetched <FullTime at={kept.fetched_at} />
          </>
        )}
      </p>
    )}
  </section>
)
