import { glyphs, mixesScripts, pathParts, plain } from '#app/lib/glyphs.ts'

const CAP = 512
const NEVER_CUT = 12 // no column is too narrow for so few characters

/** A value from a row on one line: text only, with what would lie drawn as its code point. */
export function Value({ text, path = true }: { text: string; path?: boolean }) {
  if (text === '') return <span className="muted">empty</span>
  const shown = text.slice(0, CAP)
  const parts = path ? pathParts(shown) : null
  return (
    <>
      <bdi className={parts ? 'val mid' : 'val'} dir="ltr" title={shown.length > NEVER_CUT ? plain(shown) : undefined}>
        {parts ? parts.map((part, at) => <span key={at === 0 ? 'head' : 'tail'}>{drawn(part)}</span>) : drawn(shown)}
        {text.length > CAP && '…'}
      </bdi>
      <MixedScripts text={shown} />
    </>
  )
}

/** A value in full, wrapped; past 512 characters the rest is behind "show all". */
export function WholeValue({ text, cap = CAP, block }: { text: string; cap?: number; block?: true }) {
  if (text === '') return <span className="muted">empty</span>
  const within = block ? 'block' : 'cell'
  return (
    <>
      <bdi className="val whole" dir="ltr">
        {drawn(text.slice(0, cap), within)}
      </bdi>
      {text.length > cap && (
        <details>
          <summary className="link">show all {text.length.toLocaleString('en-US')} characters</summary>
          <bdi className="val whole" dir="ltr">
            {drawn(text.slice(cap), within)}
          </bdi>
        </details>
      )}
      <MixedScripts text={text.slice(0, cap)} />
    </>
  )
}

const MixedScripts = ({ text }: { text: string }) =>
  mixesScripts(text) ? (
    <>
      {' '}
      <span className="tag">mixed scripts</span>
    </>
  ) : null

const drawn = (text: string, within: 'cell' | 'block' = 'cell') =>
  glyphs(text, within).map((glyph, at) =>
    glyph.kind === 'text' ? (
      glyph.text
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one value have no other name and never move
      <span key={at} className="ctl">
        {glyph.label}
      </span>
    ),
  )
