// The whole gate behind `npm test`: formatting, lint, types, build, and every test. Nothing stops the others; the
// last line counts them all. A skipped test is printed with its reason. Arguments go to vitest (and skip the rest).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')
const node = process.execPath

/** Run one tool of node_modules in the project folder; its output goes to the terminal. */
function run(title, tool, args, env = {}) {
  const started = performance.now()
  console.log(`\n> ${title}`)
  const { status, error } = spawnSync(join(bin, tool), args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32', // .cmd shims; the arguments are all our own
    env: {
      ...process.env,
      ...env,
      PATH: `${bin}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH}`,
    },
  })
  if (error) console.error(error.message)
  console.log(
    `  ${title}: ${status === 0 ? 'ok' : 'FAILED'} in ${((performance.now() - started) / 1000).toFixed(1)} s`,
  )
  return status === 0
}

const steps = [
  ['formatting', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['types of main and shared', 'tsc', ['-p', 'tsconfig.main.json']],
  ['types of tests', 'tsc', ['-p', 'tsconfig.test.json']],
  ['types of the interface', 'vue-tsc', ['-p', 'tsconfig.renderer.json']],
  ['build', 'electron-vite', ['build', '--logLevel', 'warn']],
]

const only = process.argv.slice(2)
const gate = only.length > 0 ? [] : steps.map(([title, tool, args]) => [title, run(title, tool, args)])

const folder = mkdtempSync(join(tmpdir(), 'lacuna-test-'))
const file = join(folder, 'counts.json')
const ok = run('tests', 'vitest', ['run', ...only], { LACUNA_TEST_COUNTS: file })
let counts
try {
  counts = JSON.parse(readFileSync(file, 'utf8'))
} catch {
  console.error(`The test runner (${node}) ended without a result.`)
  counts = { passed: 0, failed: 1, skipped: [] }
}
rmSync(folder, { recursive: true, force: true })

if (!ok && counts.failed === 0) counts.failed = 1
for (const { name, reason } of counts.skipped) console.log(`skipped: ${name} (${reason})`)
for (const [title, passed] of gate) if (!passed) console.log(`failed: ${title}`)
const passed = counts.passed + gate.filter(([, good]) => good).length
const failed = counts.failed + gate.filter(([, good]) => !good).length
console.log(`\n${passed} passed, ${failed} failed, ${counts.skipped.length} skipped`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
