// What `npm install` does after the packages are there: each step is best effort and says in one line how it went.
// `--tensorflow` and `--native` do one step again. Plain JavaScript, because it also runs on Node 20. Always exits 0.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describeFailure, run } from './setup/run.mjs'
import { StepError } from './setup/step-error.mjs'
import { runSteps } from './setup/steps.mjs'
import { setUpTensorflow } from './setup/tensorflow.mjs'

const root = path.resolve(import.meta.dirname, '..')

async function buildNative() {
  const script = path.join(root, 'scripts', 'setup', 'build-native.mjs')
  if (!existsSync(script)) return 'nothing to build in this checkout'
  const outcome = await run(process.execPath, [script], { cwd: root })
  if (outcome.code !== 0) throw new StepError(`the addon could not be built: ${describeFailure(outcome)}`)
  return 'the addon is built'
}

await runSteps(
  [
    {
      name: 'native',
      skip: 'LACUNA_SKIP_NATIVE',
      without: 'The engine "fused" is missing then.',
      work: buildNative,
    },
    {
      name: 'tensorflow',
      skip: 'LACUNA_SKIP_TENSORFLOW',
      without: 'The engine "tensorflow" is missing then.',
      work: (options) => setUpTensorflow({ root, ...options }),
    },
  ],
  { args: process.argv.slice(2), env: process.env, print: (line) => console.log(line) },
)
