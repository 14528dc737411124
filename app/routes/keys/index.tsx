import { KeyList } from '#app/components/keys-help.tsx'
import { Link } from '#app/components/link.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { load } from '#app/lib/api.server.ts'
import { ACTS, keysOf } from '#app/lib/keys.ts'
import { titled } from '#app/lib/title.ts'
import { useViewer } from '#app/lib/viewer.ts'

export const meta = titled('Keys')
export const handle = { trail: () => [{ title: 'Keys' }] }

export const loader = load(() => null)

export default function KeysPage() {
  const viewer = useViewer()
  if (!viewer) return null
  const map = keysOf(viewer.keys)
  return (
    <>
      <PageHead
        title="Keys"
        about={
          viewer.keysOn
            ? 'Each does what a button or link of the page does too. On a page, its own key shows those it has.'
            : 'Single keys are switched off in your profile.'
        }
      >
        <Link className="btn" to="/profile#keys">
          Change keys
        </Link>
      </PageHead>
      <KeyList lines={ACTS.map(({ name, title, group }) => ({ act: name, title, group, keys: map[name] ?? '' }))} />
      <p className="muted">Arrows move the cursor of a table, Ctrl K or ⌘ K finds and jumps, whatever is set here.</p>
    </>
  )
}
