import type { Refusal } from '#app/lib/api.server.ts'
import { Notice } from './notice.tsx'
import { Pairs } from './record.tsx'
import { WholeValue } from './value.tsx'

/**
 * What somebody else wrote meanwhile, above the form that keeps one's own words: a refusal that holds `stored.…` is a clash.
 * Saving again puts these words over those.
 */
export function Clash({ refusal, names }: { refusal: Refusal | null; names: Record<string, string> }) {
  if (!refusal || refusal.fields['stored.version'] === undefined) return null
  const { fields } = refusal
  return (
    <Notice kind="warn" role="alert">
      <b>{fields.version}</b> What {fields['stored.by'] || 'somebody'} wrote is here, what you wrote is in the form.
      Nothing is lost: save again to put yours in its place, or load the page anew to keep theirs.
      <Pairs
        pairs={Object.fromEntries(
          Object.entries(names).map(([name, title]) => [
            title,
            <WholeValue key={name} text={fields[`stored.${name}`] ?? ''} />,
          ]),
        )}
      />
    </Notice>
  )
}
