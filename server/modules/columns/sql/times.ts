import { literals, textAt } from './paths.ts'

/** A column that says when something happened to what the row tells of. `list`: it holds several, newest wanted first. */
export type TimeColumn = { path: string; label: string; list?: boolean }

/** Times of the artifacts that share them, the one that dates the row first. */
export type TimesOf = { artifacts: string[]; times: TimeColumn[] }

/** SQL over the JSON value `row` and the column `artifact`. */
export type TimesSql = { eventTime: string; times: string; labels: string }

/**
 * What dates a row: every time its columns bear, labelled, in the order of the map; the first is the row's own. Columns
 * that are empty, no time, or the "none" of Go and Windows (the years 1 and 1601) give nothing.
 */
export function timesSql(known: TimesOf[], otherwise: TimeColumn[]): TimesSql {
  const maps = known.filter(({ artifacts }) => artifacts.length > 0)
  const by = (expression: (times: TimeColumn[]) => string) =>
    maps.length === 0
      ? expression(otherwise)
      : `multiIf(${maps.map(({ artifacts, times }) => `artifact in ${literals(artifacts)}, ${expression(times)}`).join(', ')}, ${expression(otherwise)})`
  const pairs = `arrayFilter(x -> ${IS_TIME}, arrayMap((t, label) -> (${PARSED}, label), ${by(textsOf)}, ${by(labelsOf)}))`
  const times = `arrayMap(x -> assumeNotNull(x.1), ${pairs})`
  return {
    eventTime: `if(empty(${times}), null, (${times})[1])`,
    times,
    labels: `arrayMap(x -> x.2, ${pairs})`,
  }
}

const IS_TIME = `x.1 is not null and x.1 != toDateTime64('1601-01-01 00:00:00', 3, 'UTC')
  and x.1 >= toDateTime64('0002-01-01 00:00:00', 3, 'UTC')`

// Bare numbers are epoch times; their size tells seconds, milli- and microseconds, Windows' 100 ns since 1601, and
// nanoseconds apart. What is smaller than the year 1973 in seconds is no time but a count.
const NUMBER = `(toFloat64OrZero(t) as n)`
const FROM_NUMBER = `fromUnixTimestamp64Milli(toInt64(multiIf(${NUMBER} < 1e11, round(n * 1e3), n < 1e14, n, n < 1.16e17, n / 1e3,
  n < 2.5e17, intDiv(toInt64OrZero(t), 10000) - 11644473600000, n / 1e6)), 'UTC')`
const FROM_TEXT = `parseDateTime64BestEffortUSOrNull(t, 3, 'UTC')`
// The engine would also make a time of '5' and '12:30': only what looks like a whole date is read.
const PARSED = `multiIf(
  substring(t, 5, 1) = '-' and substring(t, 8, 1) = '-', ${FROM_TEXT},
  match(t, '^[0-9]{9,19}([.][0-9]*)?$'), ${FROM_NUMBER},
  match(t, '^((19|20)[0-9]{6}(-[0-9]{6})?|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}( .*)?)$'), ${FROM_TEXT},
  null)`

const NONE = `[]::Array(String)`
// The times inside an array's text; the newest of equally written ones comes first.
const several = (path: string) => `arrayReverseSort(extractAll(${textAt(path)}, '[0-9][^\\',"\\\\[\\\\]]*'))`

function textsOf(times: TimeColumn[]): string {
  if (times.length === 0) return NONE
  const parts = inRuns(times).map((run) =>
    run[0]!.list ? several(run[0]!.path) : `[${run.map(({ path }) => textAt(path)).join(', ')}]`,
  )
  return parts.length === 1 ? parts[0]! : `arrayConcat(${parts.join(', ')})`
}

function labelsOf(times: TimeColumn[]): string {
  if (times.length === 0) return NONE
  const parts = inRuns(times).map((run) =>
    run[0]!.list
      ? `arrayWithConstant(length(${several(run[0]!.path)}), ${literals([run[0]!.label]).slice(1, -1)})`
      : literals(run.map(({ label }) => label)),
  )
  return parts.length === 1 ? parts[0]! : `arrayConcat(${parts.join(', ')})`
}

/** Neighbouring single columns together, each list by itself. */
function inRuns(times: TimeColumn[]): TimeColumn[][] {
  const runs: TimeColumn[][] = []
  for (const time of times) {
    const last = runs.at(-1)
    if (last && !time.list && !last[0]!.list) last.push(time)
    else runs.push([time])
  }
  return runs
}
