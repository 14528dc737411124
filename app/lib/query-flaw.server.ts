import type { QueryFlaw } from '#server/modules/language/schema.ts'
import { failureOf } from './failures.server.ts'

/** What an answer is, or what is wrong with the query it was asked for; any other failure is thrown on. */
export async function orFlaw<T>(
  answer: Promise<T>,
): Promise<{ found: T; flaw: null } | { found: null; flaw: QueryFlaw }> {
  try {
    return { found: await answer, flaw: null }
  } catch (error) {
    const fields = failureOf(error)?.fields
    if (fields?.['q.at'] === undefined) throw error
    const listed = (text = '') => text.split(', ').filter(Boolean)
    return {
      found: null,
      flaw: {
        message: fields.q ?? '',
        at: Number(fields['q.at']),
        length: Number(fields['q.length']),
        expected: listed(fields['q.expected']),
        meant: listed(fields['q.meant']),
      },
    }
  }
}

/** What comes after a page, or null: a wrong query, or an engine that is away or slow, takes nothing from the page itself. */
export const orNothing = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if ([422, 503].includes(failureOf(error)?.status ?? 0)) return null
    throw error
  })
