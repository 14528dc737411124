import type { TestProject } from 'vitest/node'
import { type Installation, startInstallation } from './product.ts'

declare module 'vitest' {
  interface ProvidedContext {
    installation: Installation
  }
}

/** Starts the product once for all tests of a run. */
export default async function setup(project: TestProject) {
  const { installation, stop } = await startInstallation()
  project.provide('installation', installation)
  return stop
}
