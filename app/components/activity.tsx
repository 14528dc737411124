import { Link } from './link.tsx'
import { TimeSaid } from './time.tsx'
import { Value } from './value.tsx'

export type Activity = {
  id: number
  verb: string
  subject_type: string
  subject_id: string
  detail: string
  actor_name: string
  created_at: Date
}

const PAGES: Record<string, string> = { host: '/hosts', user: '/users', batch: '/deliveries' }

/** What was done, in words, and where it leads: "Batch ingested 12". */
export function Deed({ deed }: { deed: Activity }) {
  const words = sentence(deed.verb)
  const page = PAGES[deed.subject_type]
  if (deed.subject_type === 'alarm') return <Link to="/alarms">{words}</Link>
  if (deed.subject_type === 'source') return <Link to="/sources">{words}</Link>
  if (!page) return <span>{words}</span>
  return (
    <Link to={`${page}/${deed.subject_id}`}>
      {words} <span className="num">{deed.subject_id}</span>
    </Link>
  )
}

const sentence = (verb: string) => verb.charAt(0).toUpperCase() + verb.slice(1).replace('.', ' ').replaceAll('_', ' ')

/** The newest deeds, one line each: what, who, when. */
export const ActivityLines = ({ deeds }: { deeds: Activity[] }) => (
  <ul className="lines">
    {deeds.map((deed) => (
      <li key={deed.id}>
        <div className="flex items-baseline gap-2">
          <span className="flex-1 min-w-0 cut">
            <Deed deed={deed} />
          </span>
          <span className="label">
            <TimeSaid at={deed.created_at} />
          </span>
        </div>
        <p className="label cut">
          <Value text={deed.actor_name} />
        </p>
      </li>
    ))}
  </ul>
)
