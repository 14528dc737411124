// What is counted about the rows of an address: the same for the page, and for what comes after it.
const FILTERS = ['artifact', 'hostId', 'batchId', 'q', 'from', 'to'] as const

/** The filters of an address, without how its rows are listed. */
export function filtersOf(params: URLSearchParams): URLSearchParams {
  const kept = new URLSearchParams()
  for (const name of FILTERS) {
    const value = params.get(name)
    if (value) kept.set(name, value)
  }
  return kept
}

/** What is counted where no artifact is chosen. */
export const ANY_ARTIFACT = ['artifact', 'host', 'process.name', 'user.name', 'ip']
const MOST = 8

/** The fields whose values are counted beside rows with these columns, as queries name them. */
export const facetFields = (artifact: string | undefined, fields: string[]) =>
  artifact ? ['host', ...fields].slice(0, MOST) : ANY_ARTIFACT
