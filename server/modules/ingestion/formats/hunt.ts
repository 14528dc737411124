import type { Archive, ArchivedFile } from './archive.ts'
import { isCsv } from './layout.ts'
import { BrokenMember, contentOf } from './zip-entry.ts'

const NEWLINE = 0x0a

/**
 * A hunt's rows may be in it twice: once for all clients and once per client. For each artifact one of them is left: the
 * combined file, unless it has more rows than the clients' folders together.
 */
export async function leaveDoubles(archive: Archive): Promise<void> {
  const rows = archive.files.filter(({ kind }) => kind === 'rows')
  const perClient = new Map<string, ArchivedFile[]>()
  for (const file of rows.filter(({ combined }) => !combined)) {
    const known = perClient.get(file.artifact)
    if (known) known.push(file)
    else perClient.set(file.artifact, [file])
  }
  for (const combined of rows.filter((file) => file.combined)) {
    const own = perClient.get(combined.artifact) ?? []
    if (own.length === 0) continue
    const inFolders = await linesOf(archive, own)
    if (inFolders >= (await linesOf(archive, [combined])))
      leave([combined], "The same rows are in the clients' folders.")
    else leave(own, `The same rows and more are in ${combined.name}.`)
  }
}

function leave(files: ArchivedFile[], note: string): void {
  for (const file of files) {
    file.kind = 'ignored'
    file.note = note
  }
}

async function linesOf({ file, password }: Archive, files: ArchivedFile[]): Promise<number> {
  let lines = 0
  for (const { entry, name } of files) {
    let last = NEWLINE
    try {
      for await (const block of contentOf(file, entry, password)) {
        for (let at = block.indexOf(NEWLINE); at !== -1; at = block.indexOf(NEWLINE, at + 1)) lines += 1
        last = block.at(-1) ?? last
      }
      if (last !== NEWLINE) lines += 1
      if (isCsv(name) && entry.bytes > 0) lines -= 1
    } catch (error) {
      if (!(error instanceof BrokenMember)) throw error
    }
  }
  return lines
}
