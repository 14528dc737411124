import Busboy, { type BusboyHeaders } from '@fastify/busboy'
import type { Request } from 'express'
import { parse as parseLossless } from 'lossless-json'
import { Invalid } from './invalid.ts'
import { Refused } from './refusals.ts'
import type { BodyKind } from './route.ts'

export const MAX_BODY_BYTES = 1024 * 1024
// Deep enough for any host; a parser that calls itself for each level has room for many more.
const MAX_DEPTH = 200

/** A request's body as an object of fields. Throws Refused (413, 415) or Invalid. */
export async function readBody(
  req: Request,
  kind: Exclude<BodyKind, 'stream'>,
  maxBytes = MAX_BODY_BYTES,
): Promise<unknown> {
  if (!['', 'identity'].includes(req.headers['content-encoding'] ?? '')) {
    throw new Refused(415, 'Content-Encoding is understood by POST /ingestion/batches only.')
  }
  const bytes = await bytesOf(req, maxBytes)
  const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === '' || /^application\/(.+\+)?json$/.test(type)) return fromJson(bytes, kind)
  if (kind === 'form' && type === 'application/x-www-form-urlencoded') {
    return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')))
  }
  if (kind === 'form' && type === 'multipart/form-data') return fromMultipart(req, bytes)
  const msg = 'Input should be a valid dictionary or object to extract fields from'
  throw new Invalid([{ type: 'model_attributes_type', loc: ['body'], msg, input: null }])
}

async function bytesOf(req: Request, maxBytes: number): Promise<Buffer> {
  const tooLarge = () => new Refused(413, `The body may have ${maxBytes / 1024 ** 2} MB at most.`)
  if (Number(req.headers['content-length'] ?? 0) > maxBytes) throw tooLarge()
  const chunks: Buffer[] = []
  let bytes = 0
  // The iterator would else take the connection with it, and the client would never read why.
  for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function fromJson(bytes: Buffer, kind: BodyKind): unknown {
  if (bytes.length === 0) throw new Invalid([{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }])
  if (depthOf(bytes) > MAX_DEPTH) throw notJson(`nested deeper than ${MAX_DEPTH} levels`)
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    // The last of two equal keys wins, as in JSON.parse and in the row engine.
    return kind === 'lossless json'
      ? parseLossless(text, null, { onDuplicateKey: ({ newValue }) => newValue })
      : JSON.parse(text)
  } catch {
    throw notJson()
  }
}

const notJson = (why?: string) =>
  new Invalid([{ type: 'json_invalid', loc: ['body'], msg: `JSON decode error${why ? `: ${why}` : ''}`, input: null }])

/** How deeply JSON text is nested, without parsing it. */
function depthOf(bytes: Buffer): number {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (quoted) {
      if (byte === 0x5c) at += 1
      else if (byte === 0x22) quoted = false
    } else if (byte === 0x22) quoted = true
    else if (byte === 0x7b || byte === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return deepest
}

/** The text fields of a form that is already in memory; files in it are skipped. */
function fromMultipart(req: Request, bytes: Buffer): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const unreadable = () => reject(new Refused(400, 'There was an error parsing the body'))
    try {
      const fields: [string, string][] = []
      const form = Busboy({ headers: req.headers as BusboyHeaders, limits: { fields: 50, parts: 50 } })
      form.on('field', (name, value) => fields.push([name, value]))
      form.on('file', (_name, file) => void file.on('error', unreadable).resume())
      form.on('error', unreadable)
      form.on('finish', () => resolve(Object.fromEntries(fields)))
      form.end(bytes)
    } catch {
      unreadable()
    }
  })
}
