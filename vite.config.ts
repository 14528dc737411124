// remix.config.js holds the URL map and the Remix options; the Vite plugin never reads it by itself.
import { vitePlugin as remix } from '@remix-run/dev'
import tailwindcss from '@tailwindcss/vite'
import { defineConfig } from 'vite'
import remixConfig from './remix.config.js'

export default defineConfig({
  plugins: [remix(remixConfig), tailwindcss()],
  build: { sourcemap: false },
  optimizeDeps: { entries: ['app/**/*.{ts,tsx}'] }, // found late, React would be loaded twice in development
  server: { host: '127.0.0.1' },
})
