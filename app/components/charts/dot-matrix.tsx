import { counted, number } from '#app/lib/format.ts'
import { plain } from '#app/lib/glyphs.ts'

export type MatrixLine = { key: string; text: string; on: { id: number; hostname: string }[] }

const LINE = 12
const HEAD = 24
const MOST_HOSTS = 80

/** Rare values by the hosts that have them: a dot where one has it, a column of dots is one host with many. */
export function DotMatrix({ lines }: { lines: MatrixLine[] }) {
  const hosts = hostsOf(lines)
  const shown = hosts.slice(0, MOST_HOSTS)
  const [densest] = hosts.toSorted((a, b) => b.n - a.n)
  const named = densest && densest.n > 1 ? densest : undefined
  const place = new Map(shown.map(({ id }, at) => [id, ((at + 0.5) / shown.length) * 100]))
  const height = HEAD + lines.length * LINE + 6
  const y = (at: number) => HEAD + at * LINE + LINE / 2
  const hot = named && place.get(named.id)
  return (
    <div className="axed matrix">
      <svg className="plot names" height={height} aria-hidden="true">
        {lines.map(({ key, text }, at) => (
          <text key={key} className="mono" x="100%" dx="-8" y={y(at) + 4} textAnchor="end">
            {shortened(plain(text))}
          </text>
        ))}
      </svg>
      <svg className="plot" height={height} role="img" aria-label={conclusion(lines, hosts)}>
        {hot !== undefined && (
          <>
            <rect className="hl" x={`${(hot - 1).toFixed(3)}%`} width="2%" y={HEAD - 6} height={height - HEAD + 4} />
            <text x={`${hot.toFixed(3)}%`} y="12" textAnchor={hot > 75 ? 'end' : hot < 25 ? 'start' : 'middle'}>
              {`${shortened(plain(named!.hostname))} has ${named!.n} of ${lines.length}`}
            </text>
          </>
        )}
        {lines.map(({ key, on }, at) => (
          <g key={key}>
            <line className="gr" x1="0" x2="100%" y1={y(at)} y2={y(at)} />
            {on
              .filter(({ id }) => place.has(id))
              .map(({ id, hostname }) => (
                <circle
                  key={id}
                  className={id === named?.id ? 'dot hot' : 'dot'}
                  cx={`${place.get(id)!.toFixed(3)}%`}
                  cy={y(at)}
                  r="3.25"
                >
                  <title>{plain(hostname)}</title>
                </circle>
              ))}
          </g>
        ))}
      </svg>
    </div>
  )
}

const shortened = (text: string) => (text.length > 26 ? `…${text.slice(-25)}` : text)

/** The hosts of these lines in order of name, each with how many of the lines it has. */
export function hostsOf(lines: MatrixLine[]) {
  const hosts = new Map<number, { id: number; hostname: string; n: number }>()
  for (const { on } of lines)
    for (const host of on) hosts.set(host.id, { ...host, n: (hosts.get(host.id)?.n ?? 0) + 1 })
  return [...hosts.values()].sort((a, b) => (a.hostname < b.hostname ? -1 : 1))
}

function conclusion(lines: MatrixLine[], hosts: { hostname: string; n: number }[]): string {
  const [top] = hosts.toSorted((a, b) => b.n - a.n)
  const most = top && top.n > 1 ? ` ${plain(top.hostname)} has ${number(top.n)} of ${number(lines.length)}.` : ''
  const left = hosts.length > MOST_HOSTS ? ` The first ${MOST_HOSTS} hosts are drawn.` : ''
  return `The ${counted(lines.length, 'value')} on this page by the ${counted(hosts.length, 'host')} that have them.${most}${left}`
}
