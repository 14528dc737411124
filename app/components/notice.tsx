import type { ReactNode } from 'react'
import { CircleAlert, CircleCheck, Clock, TriangleAlert } from '#app/components/icons.tsx'

const KINDS = {
  info: { className: 'note', Icon: Clock },
  done: { className: 'note accent', Icon: CircleCheck },
  warn: { className: 'note warn', Icon: TriangleAlert },
  bad: { className: 'note bad', Icon: CircleAlert },
} as const

type Notice = { kind?: keyof typeof KINDS; role?: 'status' | 'alert'; children: ReactNode; action?: ReactNode }

/** A message above the content it concerns: outlined icon and words, never a colour alone. */
export function Notice({ kind = 'info', role, children, action }: Notice) {
  const { className, Icon } = KINDS[kind]
  return (
    <div className={className} role={role}>
      <Icon aria-hidden="true" />
      <div className="min-w-0">{children}</div>
      {action}
    </div>
  )
}

/** That parts of an address could not be read, where there are any; the page is of what is left. */
export const LeftOut = ({ parts, hint = '' }: { parts: string[]; hint?: string }) =>
  parts.length > 0 && (
    <Notice kind="warn" role="alert">
      <b>{parts.join(' and ')} was not understood</b> and is left out. {hint}
    </Notice>
  )

/** What stands where nothing is: what is missing, and the one next step. */
export const Nothing = ({ title, children, actions, alone }: NothingProps) => (
  <div className={alone ? 'none alone' : 'none'}>
    <h2>{title}</h2>
    {children && <p>{children}</p>}
    {actions && <div className="acts">{actions}</div>}
  </div>
)
type NothingProps = { title: string; children?: ReactNode; actions?: ReactNode; alone?: true }
