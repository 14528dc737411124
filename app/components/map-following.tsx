import { Notice } from './notice.tsx'
import { Bar } from './upload-form.tsx'

export type Following = { done: boolean; pct: number; error: string | null }

/** Whether stored rows follow a corrected map, in a cell. */
export const followingText = ({ done, pct, error }: Following) =>
  done ? 'followed' : error ? 'not followed' : `following, ${pct} %`

/** How far stored rows follow a corrected map; nothing once they do. */
export function MapFollowing({ following }: { following: Following | null }) {
  if (!following || following.done) return null
  if (following.error)
    return (
      <Notice kind="bad" role="alert">
        {following.error}
      </Notice>
    )
  return (
    <Notice role="status">
      <b>Stored rows follow the correction.</b> New rows have it already; {following.pct} % of the stored ones are done.
      <Bar pct={following.pct} name="Stored rows that follow the correction" />
    </Notice>
  )
}
