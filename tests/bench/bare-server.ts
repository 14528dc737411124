import { createRequestHandler } from '@remix-run/express'
import express from 'express'

const build = await import(process.argv[2]!)
const server = express()
  .all('*', createRequestHandler({ build, mode: 'production' }))
  .listen(0, '127.0.0.1', () => {
    const address = server.address()
    process.send?.(typeof address === 'object' ? address?.port : 0)
  })
