import { defineConfig } from 'vitest/config'

// No test measures time: a limit only ends what hangs, so it leaves room for a machine that is busy with others.
const patient = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 90_000 } } }

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'fast', include: ['tests/unit/**/*.test.ts', 'tests/architecture.test.ts'], ...patient } },
      {
        test: {
          name: 'engines',
          include: ['tests/engines/**/*.test.ts'],
          ...patient,
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
          globalSetup: './tests/support/installation.ts',
          ...patient,
        },
      },
    ],
  },
})
