import { existsSync, readdirSync } from 'node:fs'

/**
 * The URL map. One folder per module; a file is a page:
 *   hosts/index.tsx → /hosts    hosts/$hostId.tsx → /hosts/:hostId    hosts/$hostId.edit.tsx → /hosts/:hostId/edit
 * A folder named `_x` adds no segment. Subfolders (components/) hold no pages. vite.config.ts imports this file.
 *
 * @type {import('@remix-run/dev').VitePluginConfig}
 */
export default {
  buildDirectory: 'build/pages',
  future: {
    v3_fetcherPersist: true,
    v3_lazyRouteDiscovery: false, // /__manifest can be made to block the server for seconds: CVE-2026-55685
    v3_relativeSplatPath: true,
    v3_singleFetch: true,
    v3_throwAbortReason: true,
  },
  ignoredRouteFiles: ['**/*'], // the map below replaces the default convention
  routes: (define) =>
    define((route) => {
      const pages = (folder) =>
        readdirSync(`app/routes/${folder}`, { withFileTypes: true })
          .filter((entry) => entry.isFile())
          .forEach(({ name }) => {
            const path = [folder, ...name.replace(/\.tsx?$/, '').split('.')]
              .filter((part) => part !== 'index' && !part.startsWith('_'))
              .map((part) => (part === '$' ? '*' : part.replace(/^\$/, ':')))
              .join('/')
            route(path || undefined, `routes/${folder}/${name}`, { index: path === '' && name.startsWith('index') })
          })

      const bare = new Set(['_auth'])
      const folders = existsSync('app/routes')
        ? readdirSync('app/routes', { withFileTypes: true })
            .filter((e) => e.isDirectory())
            .map((e) => e.name)
        : []
      folders.filter((f) => bare.has(f)).forEach(pages)
      route(undefined, 'shell.tsx', () => folders.filter((f) => !bare.has(f)).forEach(pages))
    }),
}
