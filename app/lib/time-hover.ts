import type { TimeSource } from '#server/modules/columns/schema.ts'
import { exactTime } from './format.ts'
import { plain } from './glyphs.ts'

const MOST = 100

/** The hover of a time of a row: in UTC, and under it the column it stands in with the text there, where that is known. */
export const hoverOf = (at: Date, source?: TimeSource | null) =>
  source ? `${exactTime(at)}\n${start(source.column)}: ${start(source.text)}` : exactTime(at)

const start = (text: string) => plain(text.slice(0, MOST)) + (text.length > MOST ? '…' : '')
