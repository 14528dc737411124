import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Archive, ArchivedFile } from './archive.ts'
import { objectOf, storable, text } from './context-values.ts'
import { jsonl } from './jsonl.ts'
import { decoded } from './layout.ts'
import { Locked } from './winzip-aes.ts'
import { BrokenMember, contentOf } from './zip-entry.ts'

/** A file that an endpoint uploaded: its original path where the archive tells it. */
export type Upload = {
  name: string
  path: string
  bytes: number
  sha256: string | null
  keptAs: string | null
  note: string
}

/** Lists the uploaded files with their SHA-256. With a folder they are kept in it while there is room, each under its SHA-256. */
export async function* uploadsOf(
  archive: Archive,
  folder: string | null,
  hasRoom: () => Promise<boolean>,
): AsyncGenerator<Upload> {
  const files = archive.files.filter(({ kind }) => kind === 'upload')
  if (files.length === 0) return
  const paths = await pathsOf(archive)
  for (const file of files) {
    const { name, entry } = file
    const seen = { name, path: paths.get(name) ?? '', bytes: entry.bytes }
    try {
      const full = folder !== null && !(await hasRoom())
      const found = await digested(archive, file, full ? null : folder)
      yield { ...seen, ...found, note: full ? 'Not kept: the disk is nearly full.' : '' }
    } catch (error) {
      if (!(error instanceof BrokenMember)) throw error
      yield { ...seen, sha256: null, keptAs: null, note: `Broken: ${error.message}.` }
    }
  }
}

async function digested({ file, password }: Archive, { entry }: ArchivedFile, folder: string | null) {
  const hash = createHash('sha256')
  if (folder === null) {
    for await (const block of contentOf(file, entry, password)) hash.update(block)
    return { sha256: hash.digest('hex'), keptAs: null }
  }
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const half = join(folder, `${randomBytes(16).toString('hex')}.part`)
  const into = await open(half, 'wx', 0o600)
  try {
    for await (const block of contentOf(file, entry, password)) {
      hash.update(block)
      await into.writeFile(block)
    }
    await into.sync()
    const sha256 = hash.digest('hex')
    await rename(half, join(folder, sha256))
    return { sha256, keptAs: sha256 }
  } finally {
    await into.close()
    await rm(half, { force: true })
  }
}

/** From the name in the archive to the path on the endpoint, as uploads.json tells. */
async function pathsOf(archive: Archive): Promise<Map<string, string>> {
  const paths = new Map<string, string>()
  const escaped = new Map(
    archive.files.filter(({ kind }) => kind === 'upload').map(({ name }) => [decoded(name), name]),
  )
  for (const listing of archive.files) {
    if (listing.kind !== 'context' || !listing.name.endsWith('uploads.json')) continue
    try {
      for await (const lines of jsonl(contentOf(archive.file, listing.entry, archive.password))) {
        for (const { raw } of lines) {
          const { name, path } = listed(raw.toString('utf8'))
          const found = escaped.get(listing.root + name) ?? escaped.get(`${listing.root}uploads/${name}`)
          if (found && path) paths.set(found, path)
        }
      }
    } catch (error) {
      if (error instanceof Locked || !(error instanceof BrokenMember)) throw error
      listing.note = `Broken: ${error.message}.`
    }
  }
  return paths
}

function listed(line: string): { name: string; path: string } {
  try {
    const said = objectOf(line)
    const parts = Array.isArray(said._Components) ? said._Components.map(String) : []
    return { name: storable(parts.join('/')), path: text(said.vfs_path) }
  } catch {
    return { name: '', path: '' }
  }
}
