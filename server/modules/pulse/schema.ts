/** How an artifact's columns differ from those it came with before. */
export type Drift = {
  added: string[]
  gone: string[]
  changed: { name: string; from: string[]; to: string[] }[]
}
