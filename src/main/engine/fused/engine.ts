// The fused engine: whole training steps in native code that really skips pruned weights (see docs/engine.md).
import { LacunaError } from '../../../shared/errors.ts'
import { assertNetwork } from '../../../shared/network.ts'
import type { Engine } from '../engine.ts'
import type { ExecutionOrder, NativeAddon } from './addon.ts'
import { loadAddon } from './load.ts'
import { FusedModel } from './model.ts'
import { callNative } from './native-error.ts'

/** Changes whenever the same run would give other bits. */
export const FUSED_VERSION = '1.1.0'

export interface FusedOptions {
  instructionSet?: string // avx512, avx2, neon or scalar; the best available without it
  threads?: 1 | 2 // of one run; the same bits either way
  order?: ExecutionOrder
  sparseBelow?: SparseBelow // for tests and measurements; the same bits whatever it is
}

/** Density under which pruned weights are skipped: 0 to 2, as measured on this processor, or as built in. */
export type SparseBelow = number | 'measured' | 'constant'

/** What the addon calls them. */
const SPARSE_BELOW = { measured: -1, constant: -2 }

function sparseBelowOf(given: SparseBelow | string): number {
  if (given === 'measured' || given === 'constant') return SPARSE_BELOW[given]
  const value = Number(given)
  if (value >= 0 && value <= 2) return value
  throw new LacunaError(
    'bad-request',
    `The density under which pruned weights are skipped is ${given}; expected 0 to 2, measured or constant.`,
  )
}

/** Settings a model is created with, complete. */
export interface FusedSettings {
  instructionSet: string
  threads: number
  order: ExecutionOrder
  sparseBelow: number
}

/**
 * Make the engine on an addon. The environment variable LACUNA_INSTRUCTION_SET forces an instruction set where the
 * options do not; LACUNA_SPARSE_BELOW in the same way the density under which pruned weights are skipped.
 * @throws LacunaError engine-unavailable when the addon was not built, does not load, or the processor or build lacks
 *   the instruction set asked for
 */
export function createFusedEngine(options: FusedOptions = {}, addon: NativeAddon = loadAddon()): Engine {
  const available = addon.instructionSets()
  const forced = process.env.LACUNA_INSTRUCTION_SET ?? ''
  const instructionSet = options.instructionSet ?? (forced === '' ? available[0]! : forced)
  if (!available.includes(instructionSet)) {
    throw new LacunaError(
      'engine-unavailable',
      `The instruction set ${instructionSet} is not available here; choose one of ${available.join(', ')}.`,
    )
  }
  const fixed = process.env.LACUNA_SPARSE_BELOW ?? ''
  const settings: FusedSettings = {
    instructionSet,
    threads: options.threads ?? 1,
    order: options.order ?? 0,
    sparseBelow: sparseBelowOf(options.sparseBelow ?? (fixed === '' ? 'measured' : fixed)),
  }
  return {
    info: { name: 'fused', version: FUSED_VERSION, instructionSet, threads: settings.threads },
    create: (network, given) => new FusedModel(addon, assertNetwork(network), given, settings),
  }
}

/**
 * Densities under which pruned weights are skipped, of small and of large matrices (over 32,768 values): measured once
 * in a process, and by training only when a matrix of that size is pruned.
 * @throws LacunaError engine-unavailable
 */
export function skipLimits(
  instructionSet: string,
  addon: NativeAddon = loadAddon(),
): { small: number; large: number } {
  const [small, large] = callNative(() => addon.sparseLimits(instructionSet))
  return { small, large }
}
