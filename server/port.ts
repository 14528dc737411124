import { lookup } from 'node:dns/promises'
import net, { isIPv6 } from 'node:net'
import { getSystemErrorMap } from 'node:util'
import { StartError } from './platform/env.ts'

/** A port that stays ours while the process that listens on it is started again: callers wait instead of being refused. */
export type HeldPort = { fd: number; port: number; close: () => void }

type Handle = { fd: number; getsockname: (into: { port?: number }) => number; close: () => void }
// What Node's own cluster module binds its ports with; it has no name in the documentation.
type Binds = { _createServerHandle: (address: string, port: number, family: 4 | 6) => Handle | number }

/**
 * Takes an address of this machine without listening: who inherits `fd` listens, and what calls between two of them waits
 * in the kernel. Throws StartError when the port is in use or the address is none of this machine's.
 */
export async function holdPort(host: string, port: number): Promise<HeldPort> {
  const { address } = await lookup(host)
  const handle = (net as unknown as Binds)._createServerHandle(address, port, isIPv6(address) ? 6 : 4)
  if (typeof handle === 'number') throw cannot(handle, host, port)
  const name: { port?: number } = {}
  const flaw = handle.getsockname(name)
  if (flaw) throw cannot(flaw, host, port)
  return { fd: handle.fd, port: name.port ?? port, close: () => handle.close() }
}

function cannot(errno: number, host: string, port: number): StartError {
  const [code] = getSystemErrorMap().get(errno) ?? [String(errno)]
  return new StartError(
    code === 'EADDRINUSE'
      ? `Port ${port} is in use. Stop the program that uses it, or set PORT to another one.`
      : `Cannot listen on ${host}:${port} (${code}). Set HOST and PORT to an address of this machine.`,
  )
}
