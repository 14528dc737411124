import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder: the nearest one above this module that holds package.json, in source and in build/ alike. */
export const projectRoot = climb(dirname(fileURLToPath(import.meta.url)))

function climb(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error('package.json not found above the running program.')
  return climb(parent)
}
