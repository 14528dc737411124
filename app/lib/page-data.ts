const BODY_ENDS = '</body></html>'

/**
 * A drawn page with the data it was drawn from in a script at its end, for Remix to take over from there (its
 * StreamTransfer writes the same). The data stays data: nothing in it ends the script.
 */
export function withData(page: string, data: string, nonce: string): string {
  if (!page.endsWith(BODY_ENDS)) throw new Error('A page ends with its body.')
  const taken = `const into = window.__remixContext.streamController; into.enqueue(${asScript(data)}); into.close()`
  return `<!DOCTYPE html>${page.slice(0, -BODY_ENDS.length)}<script nonce="${nonce}">{${taken}}</script>${BODY_ENDS}`
}

const ESCAPES: Record<string, string> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

// Within a string of JavaScript each of these means what it stood for, and in HTML nothing.
const asScript = (text: string) => JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPES[char]!)
