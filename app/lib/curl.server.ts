/** A command that delivers `rows.jsonl` with a source's token. */
export const curlFor = (origin: string, token: string) =>
  `curl --fail-with-body -H 'Authorization: Bearer ${token}' --data-binary @rows.jsonl ` +
  `'${origin}/api/ingestion/batches?artifact=Windows.System.Pslist&hostname=HOSTNAME'`
