import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { withData } from '#app/lib/page-data.ts'

const PAGE = '<html><body><p>drawn</p></body></html>'
const LINES = String.fromCharCode(0x2028, 0x2029)
const HOSTILE = `["</script><script>alert(1)</script>","<!--","]]>","&lt;","\\u003c","${LINES}","'\`\${x}","$&$1"]\n`

test('a page hands on the data it was drawn from to the letter, and nothing in it ends its script', () => {
  const page = withData(PAGE, HOSTILE, 'n0nce')
  const [, script] = page.match(/<script nonce="n0nce">([^<]*)<\/script><\/body><\/html>$/) ?? []
  const taken: string[] = []
  const streamController = { enqueue: (text: string) => taken.push(text), close: () => taken.push('closed') }
  runInNewContext(script!, { window: { __remixContext: { streamController } } })
  expect(taken).toEqual([HOSTILE, 'closed'])
  expect(page.match(/<\/?script/g)).toEqual(['<script', '</script'])
  expect(page.startsWith('<!DOCTYPE html><html><body><p>drawn</p><script')).toBe(true)
})

test('what is not a whole page is not handed on', () => {
  expect(() => withData('<p>half</p>', '[]', 'n0nce')).toThrow('A page ends with its body.')
})
