import type { ReactNode } from 'react'
import { useRefusal } from './form.tsx'
import { Popover } from './menu.tsx'
import { PostForm } from './post-form.tsx'

type Confirm = {
  /** The button that asks, and the button that does it: verb and object. */
  ask: string
  act: string
  intent: string
  id: string | number
  children: ReactNode
  kind?: 'danger' | 'plain'
}

/** A question before what cannot be undone, in place and without JavaScript: it names the object. */
export function Confirm({ ask, act, intent, id, children, kind = 'danger' }: Confirm) {
  const refusal = useRefusal(intent)
  const refused = refusal?.values.id === String(id) ? refusal.fields[''] : undefined
  return (
    <Popover className="sheet" label={ask} button={kind === 'danger' ? 'btn danger' : 'btn'} open={Boolean(refused)}>
      <div className="ask">
        <p>{children}</p>
        {refused && (
          <p className="err" role="alert">
            {refused}
          </p>
        )}
        <PostForm className="pt-2">
          <input type="hidden" name="intent" value={intent} />
          <input type="hidden" name="id" value={id} />
          <button type="submit" className={kind === 'danger' ? 'btn danger' : 'btn primary'}>
            {act}
          </button>
        </PostForm>
      </div>
    </Popover>
  )
}
