import { number } from '#app/lib/format.ts'
import { dossierLink, type Observed } from '#app/lib/observable-link.ts'
import { Link } from './link.tsx'

type Seen = { hosts: number; totalHosts: number }

/** "3 / 842": on how many hosts of all a value was seen, over a line as long as that is common. Leads to its dossier. */
export function Prevalence({ hosts, totalHosts, of, to }: Seen & { of?: Observed; to?: string }) {
  const inner = (
    <>
      <b>{number(hosts)}</b> / {number(totalHosts)}
    </>
  )
  const said = `Seen on ${number(hosts)} of ${number(totalHosts)} hosts`
  const className = `prev ${rarity({ hosts, totalHosts })}`
  const target = to ?? (of && dossierLink(of))
  return target ? (
    <Link className={className} to={target} title={said} data-act="pivot">
      {inner}
    </Link>
  ) : (
    <span className={className} title={said}>
      {inner}
    </span>
  )
}

/** One host, up to 1%, 10%, 50% of all hosts, more. */
export function rarity({ hosts, totalHosts }: Seen): 'p1' | 'p2' | 'p3' | 'p4' | 'p5' {
  if (hosts <= 1) return 'p1'
  const share = hosts / Math.max(1, totalHosts)
  if (share <= 0.01) return 'p2'
  if (share <= 0.1) return 'p3'
  return share <= 0.5 ? 'p4' : 'p5'
}
