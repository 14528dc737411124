import { number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'

type Ledger = { id: number; state: string; received: number; stored: number; duplicate: number; rejected: number }

const PARTS = [
  { part: 'stored', means: 'kept, each exactly as it came' },
  { part: 'duplicate', means: 'already stored for the same host, kept once' },
  { part: 'rejected', means: 'not readable as a row; listed with its reason' },
] as const

/** The ledger of one delivery: three parts and the total they make, under a double rule. */
export function Balance({ batch }: { batch: Ledger }) {
  const { id, received, state } = batch
  const sum = batch.stored + batch.duplicate + batch.rejected
  const links = { stored: rowsLink({ batchId: id }), duplicate: null, rejected: '#rejected' }
  return (
    <>
      <SectionHead title="Ledger" about={verdict(sum === received, state)} />
      <Shares batch={batch} />
      <table className="ledger">
        <caption className="sr-only">Received = stored + duplicate + rejected</caption>
        <thead>
          <tr>
            <th scope="col" className="w-28">
              Rows
            </th>
            <th scope="col" className="max-md:hidden">
              What it means
            </th>
            <th scope="col" className="r w-32">
              Count
            </th>
          </tr>
        </thead>
        <tbody>
          {PARTS.map(({ part, means }) => {
            const link = links[part]
            return (
              <tr key={part}>
                <td className="ink">{part}</td>
                <td className="max-md:hidden">{means}</td>
                <td className="r">
                  {link && batch[part] > 0 ? (
                    <Link className="num" to={link}>
                      {number(batch[part])}
                    </Link>
                  ) : (
                    number(batch[part])
                  )}
                </td>
              </tr>
            )
          })}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">received</th>
            <td className="max-md:hidden" />
            <td className="r">{number(received)}</td>
          </tr>
        </tfoot>
      </table>
    </>
  )
}

const verdict = (balances: boolean, state: string) => {
  if (state === 'failed') return 'Nothing of it was stored.'
  return state === 'done' ? (balances ? 'It balances.' : 'It does not balance: tell your operator.') : 'so far'
}

/** The three parts as one bar; the table under it holds the numbers. */
function Shares({ batch }: { batch: Ledger }) {
  if (batch.received === 0) return null
  let x = 0
  return (
    <svg className="balance mb-2" aria-hidden="true">
      {PARTS.map(({ part }) => {
        const width = (100 * batch[part]) / batch.received
        const bar = <rect key={part} className={part} x={`${x}%`} width={`${width}%`} height="10" />
        x += width
        return bar
      })}
    </svg>
  )
}
