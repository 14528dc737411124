import type { FileHandle } from 'node:fs/promises'
import { type ClientInfo, readClientInfo } from './client-info.ts'
import { type Flow, readFlow } from './flow-context.ts'
import { Unreadable } from './framed.ts'
import { leaveDoubles } from './hunt.ts'
import { isCsv, type Layout, layoutOf, type Placed } from './layout.ts'
import { Locked } from './winzip-aes.ts'
import { type Entry, isBomb } from './zip.ts'
import { BrokenMember, wholeOf } from './zip-entry.ts'

const MAX_CONTEXT_BYTES = 16 * 1024 ** 2
const EXPORT_NAME = /^(?<hostname>.+)-(?<clientId>C\.[0-9a-f]{8,})-(?<flowId>F\.[A-Z0-9.]+)/
const COLLECTOR_NAME = /^Collection-(?<hostname>.+?)-\d{4}-\d\d-\d\dT/
const CLIENT_FOLDER = /(?:^|\/)(?<hostname>[^/]+)-(?<clientId>C\.[0-9a-f]{8,})(?:-(?<flowId>F\.[A-Z0-9.]+))?\/$/

/** A collection in an archive: whose it is, and what its own record says. */
export type About = {
  root: string
  clientId: string
  hostname: string
  flowId: string
  info: ClientInfo | null
  flow: Flow | null
}

export type ArchivedFile = Placed & { entry: Entry }

/** An archive that can be read. */
export type Archive = {
  file: FileHandle
  password: string | undefined
  layout: Layout['what']
  files: ArchivedFile[]
  byName: Map<string, ArchivedFile>
  abouts: Map<string, About>
}

/**
 * Opens a ZIP of Velociraptor by its directory: a collection, a hunt, a notebook or plain files. Throws Unreadable for one that holds no
 * rows or means harm, and Locked for one that needs another password.
 */
export async function openArchive(
  file: FileHandle,
  found: Entry[],
  { password, filename }: { password: string | undefined; filename: string },
): Promise<Archive> {
  const entries = new Map(found.map((entry) => [entry.name, entry]))
  const { what, roots, files } = layoutOf([...entries.keys()])
  const archived = files.map((placed) => ({ ...placed, entry: entries.get(placed.name)! }))
  const byName = new Map(archived.map((one) => [one.name, one]))
  const archive: Archive = { file, password, layout: what, files: archived, byName, abouts: new Map() }
  refuseUseless(archive)
  const introductions = new Map(archived.filter(introduces).map((one) => [one.root, one]))
  for (const root of roots) {
    archive.abouts.set(root, await aboutOf(archive, root, { filename, introduction: introductions.get(root) }))
  }
  if (what === 'hunt') await leaveDoubles(archive)
  return archive
}

function refuseUseless({ files }: Archive): void {
  const rows = files.filter(({ kind }) => kind === 'rows')
  const bomb = rows.find(({ entry }) => isBomb(entry))
  if (bomb) throw new Unreadable(`${named(bomb.name)} in the ZIP unpacks to more than 200 times its size.`)
  if (rows.some(({ entry }) => entry.bytes > 0)) return
  if (rows.length > 0) throw new Unreadable('The ZIP has files for results, but not one row in them.')
  const some = files.slice(0, 3).map(({ name }) => named(name))
  const found = some.length === 0 ? 'no file' : `${some.join(', ')}${files.length > 3 ? ' and more' : ''}`
  const nested = files.find(({ note, kind }) => kind === 'ignored' && note.startsWith('An archive'))
  throw new Unreadable(
    nested
      ? `The ZIP holds another archive, ${named(nested.name)}, and no rows. Send that one by itself.`
      : `The ZIP holds no results of Velociraptor (results/….json or .csv), but ${found}.`,
  )
}

const named = (name: string) => JSON.stringify(name.slice(0, 200))

/** Text of a small file, or null when it is not there or cannot be read; then its note says why. */
async function textOf(archive: Archive, name: string): Promise<string | null> {
  const found = archive.byName.get(name)
  if (!found) return null
  try {
    return (await wholeOf(archive.file, found.entry, MAX_CONTEXT_BYTES, archive.password)).toString('utf8')
  } catch (error) {
    if (!(error instanceof BrokenMember)) throw error
    found.note = `Not read: ${error.message}.`
    return null
  }
}

type Hints = { filename: string; introduction: ArchivedFile | undefined }

async function aboutOf(archive: Archive, root: string, { filename, introduction }: Hints): Promise<About> {
  const info = await parsed(archive, `${root}client_info.json`, readClientInfo)
  const flow = await parsed(archive, `${root}collection_context.json`, readFlow)
  const own = info ?? (introduction ? await fromRows(archive, introduction) : null)
  const said = (
    root === '' ? (filename.match(EXPORT_NAME) ?? filename.match(COLLECTOR_NAME)) : root.match(CLIENT_FOLDER)
  )?.groups
  return {
    root,
    info: own,
    flow,
    clientId: own?.clientId || flow?.clientId || said?.clientId || '',
    hostname: own?.hostname || said?.hostname || '',
    flowId: flow?.flowId || said?.flowId || '',
  }
}

async function parsed<T>(archive: Archive, name: string, read: (json: string) => T): Promise<T | null> {
  const text = await textOf(archive, name)
  if (text === null) return null
  try {
    return read(text)
  } catch (error) {
    archive.byName.get(name)!.note = `Not understood: ${(error as Error).message}.`
    return null
  }
}

/** Collections without client_info.json often hold the artifact that every client answers first. */
const introduces = ({ artifact, name, combined, entry }: ArchivedFile) =>
  artifact === 'Generic.Client.Info/BasicInformation' && !isCsv(name) && !combined && entry.bytes <= MAX_CONTEXT_BYTES

async function fromRows({ file, password }: Archive, { entry }: ArchivedFile): Promise<ClientInfo | null> {
  try {
    return readClientInfo((await wholeOf(file, entry, MAX_CONTEXT_BYTES, password)).toString('utf8'))
  } catch (error) {
    if (error instanceof Locked) throw error
    return null // its rows will say what is wrong with it
  }
}
