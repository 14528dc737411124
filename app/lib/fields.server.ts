import { z } from 'zod'

export type FieldKind = 'text' | 'password' | 'long' | 'number' | 'date' | 'choice'
export type Field = {
  name: string
  title: string
  kind: FieldKind
  choices?: { value: string; title: string }[]
  required: boolean
  minLength?: number
  maxLength?: number
  hint?: string
  autoComplete?: string
  mono?: boolean
}
type Wording = Record<string, Partial<Field>>

/** What a form needs to draw itself, as plain data, in the order of `wording`: zod itself never reaches the browser. */
export function fieldsOf(schema: z.ZodObject, wording: Wording): Field[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return Object.entries(wording).map(([name, words]) => {
    const shape = properties[name]
    if (!shape || typeof shape === 'boolean') throw new Error(`The schema has no field ${name}`)
    return { ...fieldOf(name, shape as Shape, required.includes(name)), ...words }
  })
}

type Shape = z.core.JSONSchema.BaseSchema

function fieldOf(name: string, shape: Shape, required: boolean): Field {
  const text = shape.anyOf?.find((option) => option.type === 'string') ?? shape
  const kind = kindOf(name, text)
  // A required choice still starts somewhere; a minimum length is told by the hint and checked by the server.
  return {
    name,
    title: shape.title ?? name,
    kind,
    required: required && shape.default === undefined,
    ...(text.maxLength && text.maxLength < 10_000 ? { maxLength: text.maxLength } : {}),
    ...(text.enum ? { choices: text.enum.map((value) => ({ value: String(value), title: String(value) })) } : {}),
    ...(shape.description ? { hint: shape.description } : {}),
  }
}

function kindOf(name: string, shape: Shape): FieldKind {
  if (shape.enum) return 'choice'
  if (shape.type === 'integer' || shape.type === 'number') return 'number'
  if (shape.format === 'date') return 'date'
  if (/password/i.test(name)) return 'password'
  return (shape.maxLength ?? 0) > 500 && (shape.maxLength ?? 0) < 10_000 ? 'long' : 'text'
}
