import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Busboy, { type BusboyFileStream, type BusboyHeaders } from '@fastify/busboy'
import type { Request } from 'express'
import { type Admitted, counted } from '../platform/admission.ts'
import type { Spool, Spooled } from '../platform/spool.ts'
import { flaw, Invalid } from './invalid.ts'
import { Refused } from './refusals.ts'

const MAX_FIELDS = 20
const MAX_FIELD_BYTES = 4096

/** A delivery that is whole in the spool, and what the form around it said. */
export type Arrived = { spooled: Spooled; fields: Record<string, string> }

/** Takes a request's body into the spool, raw or as field `file` of a form. Leaves nothing behind when it throws. */
export async function arrive(req: Request, spool: Spool, place: Admitted): Promise<Arrived> {
  const wanted = wantedDigest(req.headers['content-digest'])
  const wire = listening(req, place, wanted !== null)
  const form = req.headers['content-type']?.toLowerCase().startsWith('multipart/form-data')
  const arrived = form ? await fromForm(req, wire.body, spool) : { spooled: await spool.receive(wire.body), fields: {} }
  if (wanted && !wanted.equals(wire.digest())) {
    await spool.remove(arrived.spooled.name)
    throw new Refused(400, 'Content-Digest does not match the bytes that arrived. Nothing was kept; send them again.')
  }
  return arrived
}

/** The sha-256 of a Content-Digest header (RFC 9530); null when there is none. */
function wantedDigest(header: string | string[] | undefined): Buffer | null {
  const text = [header ?? ''].flat().join(',')
  const entry = text.split(',').find((part) => part.trim().toLowerCase().startsWith('sha-256='))
  if (!entry) return null
  const digest = Buffer.from(entry.match(/=:([A-Za-z0-9+/]+=*):\s*$/)?.[1] ?? '', 'base64')
  if (digest.length !== 32) throw new Refused(400, 'Content-Digest must be sha-256=:<base64 of 32 bytes>:')
  return digest
}

/** The body as a stream that may end early without taking the connection with it: the client must read our answer. */
function listening(req: Request, place: Admitted, digesting: boolean) {
  const hash = createHash('sha256')
  async function* bytes(): AsyncGenerator<Buffer> {
    for await (const chunk of counted(req.iterator({ destroyOnReturn: false }), place)) {
      if (digesting) hash.update(chunk)
      yield chunk
    }
  }
  return { body: Readable.from(bytes()), digest: () => hash.digest() }
}

async function fromForm(req: Request, body: Readable, spool: Spool): Promise<Arrived> {
  const fields: Record<string, string> = Object.create(null)
  let file: BusboyFileStream | undefined
  let taken: Promise<Spooled> | undefined
  let files = 0
  const form = openForm(req)
  form.on('field', (name, value) => {
    fields[name] = value
  })
  form.on('file', (name, stream, filename) => {
    files += name === 'file' ? 1 : 0
    stream.on('error', () => {}) // the pipeline below tells
    if (name !== 'file' || files > 1) return void stream.resume()
    if (filename) fields.filename ??= filename
    file = stream
    taken = spool.receive(stream)
    taken.catch((error: Error) => form.destroy(error))
  })
  try {
    await pipeline(body, form)
    if (!taken) throw new Invalid([flaw('body', 'file', 'Field required', 'missing')])
    if (files > 1) throw new Refused(400, 'Send one file at a time; none of these was kept.')
    return { spooled: await taken, fields }
  } catch (error) {
    file?.destroy(error as Error)
    const left = await taken?.catch(() => null)
    if (left) await spool.remove(left.name)
    throw isUnreadable(error) ? new Refused(400, `The form cannot be read: ${error.message}.`) : error
  }
}

function openForm(req: Request) {
  try {
    return Busboy({
      headers: req.headers as BusboyHeaders,
      limits: { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, parts: MAX_FIELDS + 10 },
      isPartAFile: (name, _type, filename) => name === 'file' || filename !== undefined,
    })
  } catch (error) {
    throw new Refused(400, `The form cannot be read: ${(error as Error).message}.`)
  }
}

const isUnreadable = (error: unknown): error is Error =>
  error instanceof Error && error.constructor === Error && !('code' in error)
