import { AppError } from '#server/platform/errors.ts'
import type { QueryFlaw } from '../schema.ts'
import type { Span } from './draft.ts'

/** What is wrong with a query, and where: `expected` instead, `meant` by a name that is none. */
export class QueryError extends AppError {
  readonly flaw: QueryFlaw

  constructor(message: string, { at, length }: Span, more: { expected?: string[]; meant?: string[] } = {}) {
    const flaw = { message, at, length, expected: more.expected ?? [], meant: more.meant ?? [] }
    super('invalid', `${message} (at character ${at + 1})`, {
      q: message,
      'q.at': String(at),
      'q.length': String(length),
      ...(flaw.expected.length > 0 ? { 'q.expected': flaw.expected.join(', ') } : {}),
      ...(flaw.meant.length > 0 ? { 'q.meant': flaw.meant.join(', ') } : {}),
    })
    this.flaw = flaw
  }
}
