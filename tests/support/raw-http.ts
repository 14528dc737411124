import { connect } from 'node:net'
import { installation } from './world.ts'

/** What the server sends back for these very bytes, to the end of the connection. */
export function raw(text: string, url = installation.url): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    let got = ''
    socket.setTimeout(10_000, () => socket.destroy(new Error(`No answer to ${text.slice(0, 100)}`)))
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => {
      const [head = '', ...body] = got.split('\r\n\r\n')
      resolve({ status: Number(head.match(/^HTTP\/1\.1 (\d{3})/)?.[1] ?? 0), head, body: body.join('\r\n\r\n') })
    })
  })
}

/** A GET with exactly these header lines. */
export const rawGet = (target: string, headers: string[], url = installation.url) =>
  raw(`GET ${target} HTTP/1.1\r\n${[...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`, url)
