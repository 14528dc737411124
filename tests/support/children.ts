import { execFileSync } from 'node:child_process'

export type Part = 'web' | 'worker' | 'PostgreSQL' | 'ClickHouse'

const SIGNS: Record<Part, RegExp> = {
  web: /server\/web\.(js|ts)/,
  worker: /server\/worker\.(js|ts)/,
  PostgreSQL: /bin\/postgres/,
  ClickHouse: /clickhouse-child/,
}

/** The process id of each part that runs under a root, as it is now. */
export function partsOf(root: number): Partial<Record<Part, number>> {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n')
  const own = lines
    .map((line) => line.trim().match(/^(\d+)\s+(\d+)\s+(.*)$/))
    .filter((found) => found !== null && Number(found[2]) === root)
  return Object.fromEntries(
    Object.entries(SIGNS).flatMap(([part, sign]) => {
      const found = own.find((process) => sign.test(process![3]!))
      return found ? [[part, Number(found[1])]] : []
    }),
  )
}

/** Whether a process is there. */
export function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
