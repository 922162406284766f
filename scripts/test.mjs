// The whole gate behind `npm test`: formatting, lint, types, build, and every test. Nothing stops the others; the
// last line counts them all. A skipped test is printed with its reason. Arguments go to vitest (and skip the rest).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const bin = join(root, 'node_modules', '.bin')
const node = process.execPath

/** Exit code of a step that cannot run on this machine and has said why. */
const SKIPPED = 77

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
  const end = { 0: 'ok', [SKIPPED]: 'skipped' }[status ?? 1] ?? 'FAILED'
  console.log(`  ${title}: ${end} in ${((performance.now() - started) / 1000).toFixed(1)} s`)
  return end
}

const steps = [
  ['formatting', 'prettier', ['--check', '--log-level', 'warn', '.']],
  ['lint', 'eslint', ['.', '--max-warnings', '0']],
  ['types of main and shared', 'tsc', ['-p', 'tsconfig.main.json']],
  ['types of tests', 'tsc', ['-p', 'tsconfig.test.json']],
  ['types of the interface', 'vue-tsc', ['-p', 'tsconfig.renderer.json']],
  ['build', 'electron-vite', ['build', '--logLevel', 'warn']],
  ['native tests under sanitizers', 'node', ['test/native/sanitize.mjs', '--gate']],
]

const only = process.argv.slice(2)
const gate = only.length > 0 ? [] : steps.map(([title, tool, args]) => [title, run(title, tool, args)])

const folder = mkdtempSync(join(tmpdir(), 'lacuna-test-'))
const file = join(folder, 'counts.json')
const tests = run('tests', 'vitest', ['run', ...only], { LACUNA_TEST_COUNTS: file })
let counts
try {
  counts = JSON.parse(readFileSync(file, 'utf8'))
} catch {
  console.error(`The test runner (${node}) ended without a result.`)
  counts = { passed: 0, failed: 1, skipped: [] }
}
rmSync(folder, { recursive: true, force: true })

if (tests !== 'ok' && counts.failed === 0) counts.failed = 1
for (const { name, reason } of counts.skipped) console.log(`skipped: ${name} (${reason})`)
for (const [title, end] of gate) if (end !== 'ok') console.log(`${end.toLowerCase()}: ${title}`)
const ended = (wanted) => gate.filter(([, end]) => end === wanted).length
const passed = counts.passed + ended('ok')
const failed = counts.failed + ended('FAILED')
const skipped = counts.skipped.length + ended('skipped')
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
