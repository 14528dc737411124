import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type axeCore from 'axe-core'
import type { Page } from 'playwright'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What axe-core finds against WCAG 2.2 A and AA on the page as it stands, one line each; or only of its colours. */
export async function faults(page: Page, of: 'everything' | 'colours' = 'everything'): Promise<string[]> {
  const runOnly: axeCore.RunOnly =
    of === 'colours' ? { type: 'rule', values: ['color-contrast'] } : { type: 'tag', values: LEVELS }
  // By the browser's own tools, so that our content security policy stays as it is; a page that was loaded anew has none.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source)
  return page.evaluate(async (only) => {
    const { axe } = globalThis as unknown as { axe: typeof axeCore }
    const { violations } = await axe.run(document, { runOnly: only, resultTypes: ['violations'] })
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${help} · ${any[0]?.message ?? ''} · ${html.slice(0, 200)}`),
    )
  }, runOnly)
}
