import type { Request, Response } from 'express'
import type { z } from 'zod'
import type { Spooled } from '../platform/spool.ts'
import type { Actor, RequestContext } from '../platform/trpc.ts'
import type { Api, AppRouter } from '../router.ts'

/** What the composition root brings; the rest of a request's context is made here. */
export type RestBase = Omit<RequestContext, 'actor' | 'requestId' | 'ip' | 'delivered'>

export type ProcedureName = keyof AppRouter['_def']['procedures'] extends infer M
  ? M extends keyof AppRouter['_def']['procedures'] & string
    ? `${M}.${keyof AppRouter['_def']['procedures'][M] & string}`
    : never
  : never

/** `page`: by the session cookie too, when there is no Authorization header. */
export type Who = 'anyone' | 'bearer' | 'page'
export type BodyKind = 'json' | 'lossless json' | 'form' | 'stream'

/** One request, checked: what a route's `run` works with. */
export type Call<Query, Body> = {
  base: RestBase
  requestId: string
  ip: string
  actor: Actor | null
  api: Api
  /** The procedures, with a delivery that is safe in the spool. */
  apiWith: (delivered: Spooled) => Api
  id: number
  query: Query
  body: Body
  req: Request
  res: Response
}

type Shape = z.ZodType
export type Spec<Query extends Shape, Body extends Shape> = {
  tag: string
  summary: string
  who: Who
  /** Whose permission is asked for before anything else is read. */
  procedure?: ProcedureName | ((actor: Actor, id: string) => ProcedureName)
  query?: Query
  body?: { kind: BodyKind; schema: Body; maxBytes?: number }
  /** Its body is a delivery: it comes in only when admission has room. A stream asks for that itself. */
  admits?: true
  /** Answers that are no failure, by status; the first is what a plain return value means. */
  success: { status: number; shape: Shape | null; says: string }[]
  errors: Record<number, string>
  run: (call: Call<z.output<Query>, z.output<Body>>) => Promise<unknown>
}

export type Method = 'get' | 'post' | 'put' | 'delete'
export type Route = Spec<Shape, Shape> & { method: Method; path: string }

/** One row of the table; the path is written as OpenAPI does, with {id}. */
export const route = <Query extends Shape = z.ZodUnknown, Body extends Shape = z.ZodUnknown>(
  line: `${Uppercase<Method>} /${string}`,
  spec: Spec<Query, Body>,
): Route => {
  const [method, path] = line.split(' ') as [string, string]
  return { ...(spec as unknown as Spec<Shape, Shape>), method: method.toLowerCase() as Method, path }
}

/** An answer that is more than a value: its status and headers. */
export class Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** What `run` returns when it has written the answer itself. */
export const SENT = Symbol('sent')
