import { z } from 'zod'

/** One thing wrong with a request, in the words FastAPI's clients know. */
export type Flaw = { type: string; loc: (string | number)[]; msg: string; input: unknown }
type Where = 'body' | 'query' | 'path' | 'header'

const SECRET = /password|token|secret|code|key/i
const SHOWN = 200

/** Zod's issues as the 422 list. The input is echoed where it is one short value, and never a secret. */
export const flawsOf = (error: z.core.$ZodError, where: Where, input?: unknown): Flaw[] =>
  error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
    const value = path.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], input)
    return { ...described(issue, value), loc: [where, ...path], input: shown(path, value) }
  })

/** A flaw found past the schema, beside its field. */
export const flaw = (where: Where, field: string, msg: string, type = 'value_error'): Flaw => ({
  type,
  loc: [where, field],
  msg,
  input: null,
})

const MISSING = { type: 'missing', msg: 'Field required' }
const TYPES: Record<string, { type: string; msg: string }> = {
  string: { type: 'string_type', msg: 'Input should be a valid string' },
  number: { type: 'int_type', msg: 'Input should be a valid integer' },
  int: { type: 'int_type', msg: 'Input should be a valid integer' },
  boolean: { type: 'bool_type', msg: 'Input should be a valid boolean' },
  object: { type: 'dict_type', msg: 'Input should be a valid dictionary' },
  record: { type: 'dict_type', msg: 'Input should be a valid dictionary' },
  array: { type: 'list_type', msg: 'Input should be a valid list' },
}
const PARSING: Record<string, { type: string; msg: string }> = {
  int: {
    type: 'int_parsing',
    msg: 'Input should be a valid integer, unable to parse string as an integer',
  },
  boolean: { type: 'bool_parsing', msg: 'Input should be a valid boolean, unable to interpret input' },
}

function described(issue: z.core.$ZodIssue, value: unknown): { type: string; msg: string } {
  if (value === undefined) return MISSING
  switch (issue.code) {
    case 'invalid_type': {
      const kind = issue.expected === 'number' ? 'int' : issue.expected
      return (typeof value === 'string' && PARSING[kind]) || TYPES[kind] || { type: 'value_error', msg: issue.message }
    }
    case 'too_small':
      return bound(issue.origin, issue.message, 'short', `greater than or equal to ${issue.minimum}`)
    case 'too_big':
      return bound(issue.origin, issue.message, 'long', `less than or equal to ${issue.maximum}`)
    case 'invalid_value':
      return { type: 'enum', msg: `Input should be ${issue.values.map((one) => `'${String(one)}'`).join(' or ')}` }
    default:
      return { type: 'value_error', msg: issue.message }
  }
}

const bound = (origin: string, message: string, length: string, limit: string) =>
  origin === 'string'
    ? { type: `string_too_${length}`, msg: message }
    : { type: limit.replace(/ or.*/, '_equal').replace(' ', '_'), msg: `Input should be ${limit}` }

function shown(path: (string | number)[], value: unknown): unknown {
  if (path.some((part) => SECRET.test(String(part)))) return null
  if (typeof value === 'string') return value.slice(0, SHOWN)
  return typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** Parses one part of a request. Throws Invalid with the 422 list. */
export function parsePart<S extends z.ZodType>(schema: S, where: Where, input: unknown): z.output<S> {
  const parsed = schema.safeParse(input)
  if (!parsed.success) throw new Invalid(flawsOf(parsed.error, where, input))
  return parsed.data
}

/** A request that is not what the route takes: 422 with what is wrong, where. */
export class Invalid extends Error {
  readonly flaws: Flaw[]

  constructor(flaws: Flaw[]) {
    super('The request is invalid.')
    this.flaws = flaws
  }
}

export const isZodError = (error: unknown): error is z.core.$ZodError => error instanceof z.core.$ZodError
