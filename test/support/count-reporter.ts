// Writes what the test script adds up: counts, every skipped test with its reason, and what failed.
import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

interface Counts {
  passed: number
  failed: number
  skipped: { name: string; reason: string }[]
}

/** Reports to the file named by LACUNA_TEST_COUNTS; does nothing without it. */
export class CountReporter implements Reporter {
  readonly #counts: Counts = { passed: 0, failed: 0, skipped: [] }

  onTestCaseResult(test: TestCase): void {
    const result = test.result()
    if (result.state === 'passed') this.#counts.passed += 1
    else if (result.state === 'failed') this.#counts.failed += 1
    else {
      const note = result.state === 'skipped' ? result.note : undefined
      const name = `${test.module.relativeModuleId}: ${test.fullName}`
      this.#counts.skipped.push({ name, reason: note ?? 'no reason given' })
    }
  }

  /** A file that cannot be loaded has no tests to fail: it counts as one failure itself. */
  onTestModuleEnd(module: TestModule): void {
    this.#counts.failed += module.errors().length
  }

  onTestRunEnd(_: readonly TestModule[], unhandled: readonly unknown[]): void {
    this.#counts.failed += unhandled.length
    const file = process.env['LACUNA_TEST_COUNTS']
    if (file !== undefined) writeFileSync(file, JSON.stringify(this.#counts))
  }
}
