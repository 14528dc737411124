import type { Route } from './route.ts'
import { ACCOUNT_ROUTES } from './routes-accounts.ts'
import { DATA_ROUTES } from './routes-data.ts'
import { VERDICT_ROUTES } from './routes-verdicts.ts'

/** The whole REST bridge. What is not here does not exist. */
export const ROUTES: Route[] = [...ACCOUNT_ROUTES, ...DATA_ROUTES, ...VERDICT_ROUTES]
