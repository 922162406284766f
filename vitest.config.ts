import { defineConfig } from 'vitest/config'
import { CountReporter } from './test/support/count-reporter.ts'

/** Tests that start, kill and watch whole processes: programs, browsers, builds. */
const WHOLE = [
  'test/app/**/*.test.ts',
  'test/faults/**/*.test.ts',
  'test/renderer/*views.test.ts',
  'test/setup/postinstall.test.ts',
  'test/study/processes.test.ts',
  'test/transport/bad-uploads.test.ts',
  'test/transport/cli*.test.ts',
  'test/transport/same-study.test.ts',
]

export default defineConfig({
  test: {
    reporters: ['default', new CountReporter()],
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: WHOLE, testTimeout: 60_000 } },
      {
        // One file at a time keeps two cores honest.
        test: {
          name: 'whole',
          include: WHOLE,
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
