import type { About, Archive, ArchivedFile } from './archive.ts'
import { array } from './array.ts'
import { csv, exportedCsv } from './csv.ts'
import { type Facts, type Format, type Framed, Unreadable } from './framed.ts'
import { jsonl } from './jsonl.ts'
import { isCsv } from './layout.ts'
import { Locked } from './winzip-aes.ts'
import { BrokenMember, contentOf } from './zip-entry.ts'

const BRACKET = 0x5b

/** A file of rows in an archive, with what the archive says of them. */
export type RowFile = { name: string; facts: Facts; format: Format; bytes: () => AsyncIterable<Buffer> }

/**
 * The files of rows, in order. One that is broken ends in a line for the quarantine that names it, and the others are
 * read. Throws Unreadable in the end when not one of them held a good line.
 */
export async function* rowFilesOf(archive: Archive, request: Facts): AsyncGenerator<RowFile> {
  const told = { good: 0, broken: '' }
  for (const placed of archive.files) {
    if (placed.kind !== 'rows') continue
    yield {
      name: placed.name,
      facts: factsOf(archive, placed, request),
      format: surviving(placed, told),
      bytes: () => contentOf(archive.file, placed.entry, archive.password),
    }
  }
  if (told.good > 0) return
  throw new Unreadable(told.broken || 'The ZIP has files for results, but not one row in them.')
}

function factsOf({ layout, abouts }: Archive, { root, artifact, combined }: ArchivedFile, request: Facts): Facts {
  if (layout === 'notebook') return { ...request, artifact: request.artifact || 'Notebook' }
  if (layout === 'files') return { ...request, artifact: request.artifact || artifact }
  // Rows of all clients name their own client and flow.
  if (combined) return { artifact, clientId: '', hostname: '', flowId: '', sure: true }
  const about = abouts.get(root)
  const host = hasHost(about) ? { clientId: about.clientId, hostname: about.hostname } : hostOf(request)
  return { artifact, ...host, flowId: about?.flowId || request.flowId, sure: true }
}

const hasHost = (about: About | undefined): about is About =>
  about !== undefined && (about.clientId !== '' || about.hostname !== '')

const hostOf = ({ clientId, hostname }: Facts) => ({ clientId, hostname })

function surviving(placed: ArchivedFile, told: { good: number; broken: string }): Format {
  return async function* (bytes) {
    let last = 0
    try {
      for await (const lines of rowsOf(placed, bytes)) {
        last = Math.max(last, lines.at(-1)!.line)
        told.good += lines.length
        yield lines
      }
    } catch (error) {
      if (error instanceof Locked || !(error instanceof BrokenMember || error instanceof Unreadable)) throw error
      const why = error.message.replace(/\.$/, '')
      placed.note = `Broken${last > 0 ? ` after line ${last}` : ''}: ${why}.`
      told.broken ||= `${JSON.stringify(placed.name.slice(0, 200))} in the ZIP cannot be read: ${why}.`
      const raw = Buffer.from(JSON.stringify({ file: placed.name, error: why }))
      yield [{ line: last + 1, raw, json: null, flaw: 'MEMBER_BROKEN' }]
    }
  }
}

/** CSV by its name, because it has no other sign; an array by its bracket; else JSON lines. Nothing for an empty file. */
async function* rowsOf({ name, root }: ArchivedFile, bytes: AsyncIterable<Buffer>): AsyncGenerator<Framed[]> {
  const source = bytes[Symbol.asyncIterator]()
  const first = await source.next()
  if (first.done) return
  const start = first.value.subarray(0, 4_096).toString('latin1').trimStart()
  async function* whole() {
    yield first.value as Buffer
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  }
  const format = isCsv(name) ? (name.startsWith(`${root}results/`) ? exportedCsv : csv) : null
  if (format) yield* format(whole())
  else yield* (start.charCodeAt(0) === BRACKET ? array : jsonl)(whole())
}
