// The weights of a moment of a run, as the store holds them, and how they are read. Runs in a drawing thread and in
// training threads; knows no store.
import type { NetworkDescription } from '../../shared/network.ts'
import { decodeCheckpoint } from '../engine/checkpoint.ts'
import type { Masks } from '../engine/engine.ts'
import type { NetworkWeights } from '../graph/view-blocks.ts'
import { startOf, type StartJob } from './twin.ts'
import { decodeMasks, decodeWeights } from './weights.ts'

/** `stored`: blobs of a run that is done, or of a replay. `start`: follows from the job without training. */
export type MomentSource =
  | { from: 'stored'; weights: Uint8Array; masks?: Uint8Array | undefined }
  | { from: 'checkpoint'; checkpoint: Uint8Array }
  | { from: 'start'; job: StartJob }

/** Everything that is known about the weights of one moment. */
export interface Moment {
  network: NetworkDescription
  source: MomentSource
  base?: Uint8Array | undefined // weights of the run it was pruned from
  structure?: Masks | undefined // what a random structure never had
}

function read({ network, source }: Moment): Pick<NetworkWeights, 'parameters' | 'masks'> {
  switch (source.from) {
    case 'stored': {
      const masks: Masks = source.masks === undefined ? new Map() : decodeMasks(network, source.masks)
      return { parameters: decodeWeights(network, source.weights), masks }
    }
    case 'checkpoint':
      return decodeCheckpoint(source.checkpoint)
    case 'start':
      return startOf(source.job)
  }
}

/**
 * Read the weights of a moment, with those before pruning where there are any.
 * @throws LacunaError bad-weights, shape-mismatch, item-damaged
 */
export function readMoment(moment: Moment): NetworkWeights {
  const { network, base, structure } = moment
  const { parameters, masks } = read(moment)
  const before = base === undefined ? undefined : decodeWeights(network, base)
  return { network, parameters, masks, structure, before }
}
