// Where a row says when it happened, the most telling first. The forwarders' own `timestamp` is when they sent it.
const TIMES =
  'EventTime Timestamp CreateTime TimeCreated Time StartTime event_time visit_time login_time DownloadTime LastExecution Bam_time TimeStamp KeyMTime KeyLastWriteTimestamp DeletedTimestamp LastModified0x10 ModificationTime ModTime MTime Mtime CreationTime Created System.TimeCreated.SystemTime'.split(
    ' ',
  )

const pathOf = (dotted: string) => ['row', ...dotted.split('.').map((part) => `\`${part}\``)].join('.')
const first = `coalesce(${TIMES.map((time) => `nullif(toString(${pathOf(time)}), '')`).join(', ')}, '')`

/** SQL over the JSON value `row`: when it happened, and every labelled time it bears. */
export const timesSql = {
  // Bare numbers are epoch times: seconds, or by their size milli-, micro- or nanoseconds. Years up to 1601 mean "none".
  eventTime: `if(match(${first} as t, '^[0-9]{9,19}([.][0-9]+)?$'),
    fromUnixTimestamp64Milli(toInt64(multiIf((toFloat64OrZero(t) as n) < 1e11, n * 1e3, n < 1e14, n, n < 1e17, n / 1e3, n / 1e6)), 'UTC'),
    if(match(t, '^[0-9]{4}-[0-9]{2}') and t >= '1602', parseDateTime64BestEffortOrNull(t, 3, 'UTC'), null))`,
  times: `[]::Array(DateTime64(3, 'UTC'))`,
  labels: '[]::Array(String)',
}
