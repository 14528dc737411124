/** A command that delivers `rows.jsonl` with a source's token. */
export const curlFor = (request: Request, token: string) =>
  `curl --fail-with-body -H 'Authorization: Bearer ${token}' --data-binary @rows.jsonl ` +
  `'${new URL('/api/ingestion/batches', request.url).href}?artifact=Windows.System.Pslist&hostname=HOSTNAME'`
