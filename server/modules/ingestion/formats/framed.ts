/** What is known of a row beside the row itself. `sure`: it wins over what columns of the row say. */
export type Facts = { artifact: string; clientId: string; hostname: string; flowId: string; sure: boolean }

/**
 * One line of a delivery: `raw` as it came, `json` where that differs from it, `flaw` where it can be no row, `id` where
 * the sender named it, `facts` where its envelope says more than the delivery does.
 */
export type Framed = {
  line: number
  raw: Buffer
  json: Buffer | null
  flaw: Flaw | ''
  id?: string
  facts?: Partial<Facts>
}

/** A format turns bytes into lines, a block at a time, with flat memory. */
export type Format = (bytes: AsyncIterable<Buffer>) => AsyncGenerator<Framed[]>

/** Why a line is in the quarantine, by code, in words for the person who repairs it. */
export const FLAWS = {
  NOT_JSON: 'Not valid JSON, or a number beyond what a 64-bit float can hold.',
  NOT_AN_OBJECT: 'Valid JSON, but not an object: a row is one JSON object.',
  LINE_TOO_LONG: 'Longer than 1 MiB. The first 1 MiB is kept here.',
  TOO_DEEP: 'Nested deeper than 32 levels.',
  TOO_MANY_KEYS: 'An object with more than 512 keys.',
  ARRAY_TOO_LONG: 'An array with more than 10,000 elements.',
  STRING_TOO_LONG: 'A string longer than 256 kB.',
  NUMBER_RANGE: 'A number of more than 40 characters.',
  NAME_TOO_LONG: 'A host or artifact name longer than 255 characters.',
  NO_ARTIFACT: 'No artifact: neither the row (Artifact, _Source) nor the request (artifact=) names one.',
  NO_HOST:
    'No host: neither the row (ClientId, Fqdn, Hostname, Computer) nor the request (hostname=, client_id=) names one.',
  CSV_CELLS: 'Another number of cells than the header has.',
  CSV_BROKEN: 'Not readable as CSV: a quote is not closed, or stands in the middle of a cell.',
  ARRAY_BROKEN: 'An element that does not fit together: a quote, bracket or comma is missing.',
  ARRAY_TRAILING: 'Text behind the end of the array.',
  ARRAY_CUT: 'The array is not closed: the file was cut off behind this place.',
  BULK_BROKEN: 'A line without its other half: bulk lines come in pairs, an action and then its row.',
  BULK_ACTION: 'A change or removal: a delivery adds rows, it changes and removes none.',
  ENVELOPE_BROKEN: 'The envelope around the row does not fit together: a quote, bracket or comma is missing.',
  ENVELOPE_EMPTY: 'The envelope holds no row: "event" (Splunk) or "attributes" (LogScale) is missing.',
  MEMBER_BROKEN: 'This file of the archive cannot be read to its end. What came before is stored.',
  ENGINE_REFUSED: 'Valid JSON that the row engine cannot hold.',
} as const

export type Flaw = keyof typeof FLAWS

export const MAX_LINE_BYTES = 1024 * 1024

/** What will be unreadable the same way every time. The message tells the person what to send instead. */
export class Unreadable extends Error {}
