/** Rows per second, in words. */
export const rate = (rows: number, took: number) => Math.round(rows / took).toLocaleString('en')

/** Lines in columns, the first to the left, the others to the right. */
export function table(lines: string[][]) {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  for (const line of lines)
    say(
      `  ${line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]! + 2))).join('')}`,
    )
}

/** A line on standard output. */
export function say(text: string) {
  process.stdout.write(`${text}\n`)
}
