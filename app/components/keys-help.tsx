import { useEffect, useRef } from 'react'
import { X } from '#app/components/icons.tsx'
import { shownKeys } from '#app/lib/keys.ts'
import { Link } from './link.tsx'

export type HelpLine = { act: string; title: string; group: string; keys: string }

/** The keys of the screen behind it: only what is there. Escape closes it. */
export function KeysHelp({ lines, on, close }: { lines: HelpLine[]; on: boolean; close: () => void }) {
  const box = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (!box.current?.open) box.current?.showModal()
  }, [])
  return (
    <dialog ref={box} className="dialog" aria-labelledby="keys-title" onClose={close}>
      <div className="flex items-center gap-2">
        <h2 id="keys-title" className="flex-1">
          Keys of this screen
        </h2>
        <form method="dialog">
          <button type="submit" className="btn quiet icon" aria-label="Close">
            <X aria-hidden="true" />
          </button>
        </form>
      </div>
      {!on && <p className="muted">Single keys are switched off in your profile.</p>}
      <KeyList lines={lines} />
      <p className="muted">
        Arrows move as well. Ctrl K finds and jumps. Keys can be changed or switched off in{' '}
        <Link className="link" to="/profile#keys">
          your profile
        </Link>
        .
      </p>
    </dialog>
  )
}

/** Keys by what they are about. */
export const KeyList = ({ lines }: { lines: HelpLine[] }) => (
  <div className="key-list">
    {[...new Set(lines.map(({ group }) => group))].map((group) => (
      <section key={group}>
        <h3>{group}</h3>
        <dl>
          {lines
            .filter((line) => line.group === group)
            .map(({ act, title, keys }) => (
              <div key={act}>
                <dt>
                  <KeyCaps keys={keys} />
                </dt>
                <dd>{title}</dd>
              </div>
            ))}
        </dl>
      </section>
    ))}
  </div>
)

/** The keys of one act, as they are pressed one after the other. */
export const KeyCaps = ({ keys }: { keys: string }) =>
  keys === '' ? (
    <span className="muted">none</span>
  ) : (
    shownKeys(keys).map((key, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a sequence may press one key twice
      <kbd key={at}>{key}</kbd>
    ))
  )
