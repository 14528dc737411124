import { z } from 'zod'
import { Observable } from '../modules/observables/schema.ts'
import { NewVerdict, VerdictSlice } from '../modules/verdicts/schema.ts'
import { route } from './route.ts'
import { Deed, ObservableRead, VerdictRead } from './shapes.ts'

const one = (says: string, shape: z.ZodType, status = 200) => [{ status, shape, says }]

/** What is decided about values and where they were seen, for other tools. */
export const VERDICT_ROUTES = [
  route('GET /verdicts', {
    tag: 'verdicts',
    summary: 'Verdicts that stand now, about one value where type and value name it in any of its forms',
    who: 'bearer',
    procedure: 'verdicts.page',
    query: VerdictSlice,
    success: one('Verdicts, by id', z.array(VerdictRead)),
    errors: {},
    run: ({ api, query }) => api.verdicts.page(query),
  }),
  route('POST /verdicts', {
    tag: 'verdicts',
    summary: 'Decide about up to 500 values; a standing word on the same value and scope ends',
    who: 'bearer',
    procedure: 'verdicts.decide',
    body: { kind: 'json', schema: NewVerdict },
    success: one('The ids of the verdicts, and the token that undoes them for ten minutes', Deed, 201),
    errors: { 404: 'The host of the scope is not found', 409: 'Somebody has decided since the version that was seen' },
    run: ({ api, body }) => api.verdicts.decide(body),
  }),
  route('GET /observables', {
    tag: 'verdicts',
    summary: 'On how many hosts a value was seen, and the verdict that counts for it',
    who: 'bearer',
    procedure: 'observables.prevalence',
    query: Observable,
    success: one('The value in its one form', ObservableRead),
    errors: {},
    run: async ({ api, query }) => {
      const { totalHosts, ...found } = await api.observables.prevalence(query)
      return { ...found, total_hosts: totalHosts }
    },
  }),
]
