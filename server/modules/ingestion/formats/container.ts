import { randomBytes } from 'node:crypto'
import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Unreadable } from './framed.ts'
import { passwordOf, type Secrets } from './locked.ts'
import { Locked } from './winzip-aes.ts'
import { type Entry, entriesOf } from './zip.ts'
import { BrokenMember, contentOf, wholeOf } from './zip-entry.ts'

const MAX_METADATA_BYTES = 1024 ** 2

/** A ZIP that is open for reading, and the password of its files where they are encrypted themselves. */
export type Container = { file: FileHandle; entries: Entry[]; password: string | undefined }

/**
 * The ZIP that holds the rows: the file itself, or the data.zip that an encrypted container holds, unpacked into a file of
 * `folder` that has no name and is gone when it is closed, or when we are killed. Closes `file` when that is not the
 * one. Throws Unreadable, and Locked where no password fits.
 */
export async function containerOf(file: FileHandle, secrets: Secrets, folder: string): Promise<Container> {
  const entries = await entriesOf(file, (await file.stat()).size)
  const inner = entries.find(({ name }) => name === 'data.zip')
  if (!inner) return { file, entries, password: secrets.password }
  const metadata = entries.find(({ name }) => name === 'metadata.json')
  const password = inner.aes ? passwordOf(metadata ? await read(file, metadata) : null, secrets) : undefined
  const plain = await nameless(folder)
  try {
    await fill(plain, contentOf(file, inner, password))
    const found = { file: plain, entries: await entriesOf(plain, (await plain.stat()).size), password }
    await file.close()
    return found
  } catch (error) {
    await plain.close()
    if (!(error instanceof BrokenMember)) throw error
    const why = `"data.zip" in the ZIP cannot be read: ${error.message}.`
    throw inner.aes ? new Locked(`${why} Another password may open it.`) : new Unreadable(why)
  }
}

async function read(file: FileHandle, entry: Entry): Promise<string | null> {
  try {
    return (await wholeOf(file, entry, MAX_METADATA_BYTES)).toString('utf8')
  } catch {
    return null
  }
}

/** An open file that no name leads to. */
export async function nameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `${randomBytes(16).toString('hex')}.part`)
  const file = await open(path, 'wx+', 0o600)
  await rm(path)
  return file
}

/** Writes all blocks into an open file. */
export async function fill(file: FileHandle, blocks: AsyncIterable<Buffer>): Promise<void> {
  for await (const block of blocks) await file.writeFile(block)
}
