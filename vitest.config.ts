import { defineConfig } from 'vitest/config'

const product = { globalSetup: './tests/support/installation.ts', testTimeout: 60_000, hookTimeout: 60_000 }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'fast', include: ['tests/unit/**/*.test.ts', 'tests/architecture.test.ts'] } },
      {
        test: {
          name: 'engines',
          include: ['tests/engines/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: { name: 'night', include: process.env.NIGHT ? ['tests/night/**/*.test.ts'] : [], fileParallelism: false },
      },
      {
        test: {
          name: 'product',
          include: ['tests/{modules,rest,forwarders,security,e2e}/**/*.test.ts', 'tests/tenancy.test.ts'],
          ...product,
        },
      },
    ],
  },
})
