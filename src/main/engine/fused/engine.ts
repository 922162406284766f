// The fused engine: whole training steps in native code that really skips pruned weights (see docs/engine.md).
import { LacunaError } from '../../../shared/errors.ts'
import { assertNetwork } from '../../../shared/network.ts'
import type { Engine } from '../engine.ts'
import type { ExecutionOrder, NativeAddon } from './addon.ts'
import { loadAddon } from './load.ts'
import { FusedModel } from './model.ts'

export const FUSED_VERSION = '1.0.0'

export interface FusedOptions {
  instructionSet?: string // avx512, avx2, neon or scalar; the best available without it
  threads?: 1 | 2 // of one run; the same bits either way
  order?: ExecutionOrder
  sparseBelow?: number // density under which pruned weights are skipped, 0 to 2; for tests and measurements
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
 * options do not.
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
  const settings: FusedSettings = {
    instructionSet,
    threads: options.threads ?? 1,
    order: options.order ?? 0,
    sparseBelow: options.sparseBelow ?? -1,
  }
  return {
    info: { name: 'fused', version: FUSED_VERSION, instructionSet, threads: settings.threads },
    create: (network, given) => new FusedModel(addon, assertNetwork(network), given, settings),
  }
}
