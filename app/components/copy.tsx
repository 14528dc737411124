import { useEffect, useState } from 'react'
import { Check, Copy } from '#app/components/icons.tsx'

/** Copies the raw value. Appears with JavaScript only; without it the text is there to select. */
export function CopyButton({ text, name, className = 'btn' }: { text: string; name: string; className?: string }) {
  const [state, setState] = useState<'absent' | 'ready' | 'copied'>('absent')
  useEffect(() => setState(navigator.clipboard ? 'ready' : 'absent'), [])
  useEffect(() => {
    if (state !== 'copied') return
    const timer = setTimeout(() => setState('ready'), 2000)
    return () => clearTimeout(timer)
  }, [state])
  if (state === 'absent') return null
  const copy = () => navigator.clipboard.writeText(text).then(() => setState('copied'))
  return (
    <button type="button" className={className} onClick={copy}>
      {state === 'copied' ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
      <span aria-live="polite">{state === 'copied' ? 'Copied' : name}</span>
    </button>
  )
}

/** A text to carry elsewhere: shown whole, with a button that copies it. */
export const CopyBox = ({ text, name }: { text: string; name: string }) => (
  <div className="secret">
    <code dir="ltr">{text}</code>
    <CopyButton text={text} name={name} />
  </div>
)
