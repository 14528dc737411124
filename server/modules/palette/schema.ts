import { z } from 'zod'
import { blank, line } from '#server/platform/input.ts'

/** What is sought in one go: hosts, values and saved views. */
export const Sought = z.object({ q: z.preprocess(blank, line(200).optional()) })

/** Each kind has at most this many finds. */
export const MOST_FINDS = 6
