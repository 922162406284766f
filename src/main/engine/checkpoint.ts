// One binary blob with everything a run needs to go on bit for bit: weights, masks, optimizer, epoch and the seed that
// names its random streams. Random streams are counter-based (random.ts), so seed and epoch are their whole state.
// The blob is a safetensors file; its checksum is the business of whoever stores it.
import { LacunaError } from '../../shared/errors.ts'
import type { NetworkDescription } from '../../shared/network.ts'
import { assertNetwork, parameterShapes } from '../../shared/network.ts'
import type { EngineName, Masks, OptimizerState, Parameters } from './engine.ts'
import { ENGINE_NAMES } from './engine.ts'
import type { Tensor, TensorFile } from './safetensors.ts'
import { readSafetensors, writeSafetensors } from './safetensors.ts'
import { assertMasks, assertOptimizerState, assertParameters } from './validate.ts'

/** Version of the blob's layout; a change that old readers would misread raises it. */
export const CHECKPOINT_FORMAT = 1

export interface Checkpoint {
  network: NetworkDescription
  parameters: Parameters
  masks: Masks
  optimizerState: OptimizerState
  epoch: number // epochs completed; the next one is trained with the stream ('shuffle', epoch)
  seed: number | string // names the random streams of the run
  engine: { name: EngineName; version: string } // another engine or version continues, but not bit for bit
}

interface Head {
  format: number
  network: NetworkDescription
  step: number
  epoch: number
  seed: number | string
  engine: { name: EngineName; version: string }
}

/**
 * Write a checkpoint. Equal checkpoints give equal bytes.
 * @throws LacunaError shape-mismatch when an array does not fit the network
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { network, parameters, masks, optimizerState, epoch, seed, engine } = checkpoint
  assertParameters(network, parameters)
  assertMasks(network, masks)
  assertOptimizerState(network, optimizerState)
  const tensors = new Map<string, Tensor>()
  const groups = { weight: parameters, mask: masks, m: optimizerState.m, v: optimizerState.v }
  for (const [group, arrays] of Object.entries(groups)) {
    for (const { name, shape } of parameterShapes(network)) {
      const data = arrays.get(name)
      if (data !== undefined) tensors.set(`${group}:${name}`, { shape, data })
    }
  }
  const head: Head = { format: CHECKPOINT_FORMAT, network, step: optimizerState.step, epoch, seed, engine }
  return writeSafetensors(tensors, new Map([['lacuna.checkpoint', JSON.stringify(head)]]))
}

function damaged(problem: string, cause?: unknown): LacunaError {
  return new LacunaError(
    'item-damaged',
    `The checkpoint ${problem}; start the run again from its beginning.`,
    undefined,
    {
      cause,
    },
  )
}

/**
 * Read a checkpoint back.
 * @throws LacunaError item-damaged when the blob is not a whole checkpoint, unsupported when a newer Lacuna wrote it
 */
export function decodeCheckpoint(blob: Uint8Array): Checkpoint {
  const file = readBlob(blob)
  const { network, step, epoch, seed, engine } = readHead(file.metadata.get('lacuna.checkpoint'))
  const names = parameterShapes(network).map(({ name }) => name)
  const group = <Data extends Tensor['data']>(prefix: string) =>
    new Map(
      names.flatMap((name) => {
        const tensor = file.tensors.get(`${prefix}:${name}`)
        return tensor === undefined ? [] : [[name, tensor.data as Data] as const]
      }),
    )
  const parameters: Parameters = group<Float32Array>('weight')
  const masks: Masks = group<Uint8Array>('mask')
  const optimizerState: OptimizerState = { step, m: group<Float32Array>('m'), v: group<Float32Array>('v') }
  try {
    assertParameters(network, parameters)
    assertMasks(network, masks)
    assertOptimizerState(network, optimizerState)
  } catch (error) {
    throw damaged('does not hold the arrays of its network', error)
  }
  return { network, parameters, masks, optimizerState, epoch, seed, engine }
}

function readBlob(blob: Uint8Array): TensorFile {
  try {
    return readSafetensors(blob, ['F64', 'F32', 'U8'])
  } catch (error) {
    throw damaged('cannot be read', error)
  }
}

function readHead(text: string | undefined): Head {
  const head = parseHead(text)
  if (typeof head.format === 'number' && head.format > CHECKPOINT_FORMAT) {
    throw new LacunaError(
      'unsupported',
      `The checkpoint has format ${head.format}, this Lacuna reads up to ${CHECKPOINT_FORMAT}; open it with a newer Lacuna.`,
    )
  }
  const { step, epoch, seed, engine } = head
  const whole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
  const right =
    head.format === CHECKPOINT_FORMAT &&
    whole(step) &&
    whole(epoch) &&
    (typeof seed === 'string' || Number.isSafeInteger(seed)) &&
    typeof engine?.version === 'string' &&
    ENGINE_NAMES.includes(engine.name)
  if (!right) throw damaged('lacks its epoch, step, seed or engine')
  try {
    return { ...(head as Head), network: assertNetwork(head.network) }
  } catch (error) {
    throw damaged('describes no network', error)
  }
}

function parseHead(text: string | undefined): Partial<Head> {
  if (text === undefined) throw damaged('has no head')
  try {
    const head: unknown = JSON.parse(text)
    if (typeof head === 'object' && head !== null) return head
  } catch (error) {
    throw damaged('has an unreadable head', error)
  }
  throw damaged('has an unreadable head')
}
