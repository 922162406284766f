// The environment TensorFlow is loaded in. It reads these variables once per process, while it is being loaded.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/**
 * Defaults; a variable that is set already wins. oneDNN's own kernels and several threads change the order of sums
 * from run to run, and one run uses one core. Its matrix product for AVX2 and AVX-512 keeps values below the stack
 * pointer: a signal that arrives meanwhile (measured with SIGPROF and SIGUSR2) corrupts the heap. The one for AVX does
 * not, costs 5 % of a training step, and gives the same bits on every such processor.
 */
export const TENSORFLOW_ENVIRONMENT: Readonly<Record<string, string>> = {
  TF_ENABLE_ONEDNN_OPTS: '0',
  ONEDNN_MAX_CPU_ISA: 'AVX',
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
}

/** Threads one operation of TensorFlow uses, as the environment says. */
export function computingThreads(): number {
  return Number(process.env.TF_NUM_INTRAOP_THREADS ?? TENSORFLOW_ENVIRONMENT.TF_NUM_INTRAOP_THREADS)
}

interface EnvironmentAddon {
  setDefault(name: string, value: string): void
}

/** Set the defaults for this process; to be called before the binding is loaded. */
export function prepareEnvironment(require: NodeJS.Require, binding: string): void {
  const file = join(dirname(binding), 'tensorflow_environment.node')
  const addon = existsSync(file) ? (require(file) as EnvironmentAddon) : undefined
  for (const [name, value] of Object.entries(TENSORFLOW_ENVIRONMENT)) {
    process.env[name] ??= value // reaches C code from the main thread only
    addon?.setDefault(name, value)
  }
}
