import { Link } from '@remix-run/react'
import { Time } from './time.tsx'
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

/** What was done, in words: "batch ingested" with a link to it. */
export function Deed({ deed }: { deed: Activity }) {
  const page = PAGES[deed.subject_type]
  const words = sentence(deed.verb)
  if (deed.subject_type === 'source') return <Link to="/sources">{words}</Link>
  if (!page) return <span>{words}</span>
  return (
    <span>
      {words}{' '}
      <Link className="num" to={`${page}/${deed.subject_id}`}>
        {deed.subject_id}
      </Link>
    </span>
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
            <Time at={deed.created_at} />
          </span>
        </div>
        <p className="label cut">
          <Value text={deed.actor_name} />
        </p>
      </li>
    ))}
  </ul>
)
