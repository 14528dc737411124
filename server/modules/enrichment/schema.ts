import { z } from 'zod'

const SAYS = 'Must be an MD5, SHA-1 or SHA-256: 32, 40 or 64 hexadecimal characters.'

/** An MD5, SHA-1 or SHA-256, in lower case. */
export const FileHash = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/, SAYS)
  .meta({ title: 'Hash' })

export const Lookup = z.object({ hash: FileHash })

/** A VirusTotal key; what it holds beyond being sendable in a header is VirusTotal's business. */
export const NewKey = z.object({
  key: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{8,256}$/, 'Must be 8 to 256 characters without spaces.')
    .meta({ title: 'API key' }),
})

const count = z.int().min(0).max(100_000)

/** What we read of VirusTotal's answer to GET /files/{hash} (API v3). */
export const FileReport = z.object({
  data: z.object({
    attributes: z.object({
      last_analysis_stats: z.object({ malicious: count, suspicious: count, harmless: count, undetected: count }),
      meaningful_name: z.string().optional(),
      names: z.array(z.string()).optional(),
      md5: z.string().optional(),
      sha1: z.string().optional(),
      sha256: z.string().optional(),
    }),
  }),
})
