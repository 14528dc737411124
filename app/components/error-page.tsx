import { isRouteErrorResponse, useLocation, useRouteError, useRouteLoaderData } from '@remix-run/react'
import type { loader } from '#app/root.tsx'
import { Link } from './link.tsx'

/** What a failed page is called, by its status. */
export const failureTitle = (error: unknown) =>
  (isRouteErrorResponse(error) && TITLES[error.status]) || 'Something went wrong'

const TITLES: Record<number, string> = {
  400: 'That address is not valid',
  403: 'Your role does not allow this',
  404: 'Not found',
  409: 'Something changed meanwhile',
  422: 'That address is not valid',
  429: 'Too many attempts',
  502: 'Another system did not answer',
  503: 'Something does not answer',
}

/** What failed, what still works, the request id, and the way on. */
export function ErrorPage() {
  const { title, message, requestId, gone } = useFailure()
  const { pathname, search } = useLocation()
  return (
    <div className="py-4 max-w-[40rem]">
      <h1>{title}</h1>
      <p className="text-prose pt-1">{message}</p>
      {!gone && requestId && (
        <p className="muted pt-2">
          Request <span className="val">{requestId}</span>
        </p>
      )}
      <div className="acts pt-4">
        {!gone && (
          <Link className="btn" to={pathname + search} reloadDocument>
            Try again
          </Link>
        )}
        <Link className={gone ? 'btn' : 'btn quiet'} to="/">
          Go to the overview
        </Link>
      </div>
    </div>
  )
}

type Told = { message?: string; requestId?: string }

function useFailure(): Told & { title: string; gone: boolean } {
  const error = useRouteError()
  const root = useRouteLoaderData<typeof loader>('root')
  const title = failureTitle(error)
  if (!isRouteErrorResponse(error)) {
    return { title, gone: false, message: 'The rest still works.', requestId: root?.requestId }
  }
  const gone = error.status === 404
  const own = gone ? 'Nothing stands at this address, or it belongs to another tenant.' : 'The rest still works.'
  const told: Told = typeof error.data === 'object' && error.data !== null ? error.data : {}
  return { title, gone, message: told.message || own, requestId: told.requestId ?? root?.requestId }
}
