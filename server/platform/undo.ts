import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { now } from './clock.ts'

const UNDO_MS = 10 * 60_000

/** Names one deed, to take it back. */
export const UndoToken = z.object({ token: z.string().regex(/^[0-9a-f]{32}$/, 'Not a token of what can be undone.') })

/** A token that nobody guesses. */
export const newUndoToken = () => randomBytes(16).toString('hex')

/** What was done before then stays done: ten minutes ago. */
export const undoableSince = () => new Date(now().getTime() - UNDO_MS)
