import { Spoken } from '#app/components/reading.tsx'
import { ExactTime, Zoned } from '#app/components/time.tsx'
import { counted, duration } from '#app/lib/format.ts'

type Reading = {
  asked: { host: number | null; from: Date | null; to: Date | null; at: Date | null }
  found: { said: Parameters<typeof Spoken>[0]['said']; total: number; undated_total: number; took_ms: number }
  hostname: string | null
}

/** What a timeline shows, in words, and how much that is. */
export const TimelineReading = ({ asked, found, hostname }: Reading) => (
  <div className="reading">
    <p>
      <span className="muted">Reads as</span> every time of rows
      {asked.host && ` on ${hostname ?? `host ${asked.host}`}`}
      {found.said.length > 0 && <Spoken said={found.said} />}
      <Bound word=" since" at={asked.from} />
      <Bound word=" until" at={asked.to} />
      <Bound word=", read from" at={asked.at} />
      <span>
        , in order of <Zoned>time</Zoned>.
      </span>
    </p>
    <p className="nw" role="status">
      <b>{counted(found.total, 'event')}</b>
      {found.undated_total > 0 && `, ${counted(found.undated_total, 'undated row')}`}{' '}
      <span className="muted">in {duration(found.took_ms)}</span>
    </p>
  </div>
)

const Bound = ({ word, at }: { word: string; at: Date | null }) =>
  at && (
    <>
      {word}{' '}
      <b>
        <ExactTime at={at} />
      </b>
    </>
  )
