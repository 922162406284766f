import { describe, expect, it } from 'vitest'
import type { Checkpoint } from '../../src/main/engine/checkpoint.ts'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/main/engine/checkpoint.ts'
import { DEFAULT_OPTIMIZER } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { freshOptimizerState, initialParameters, toFloat32 } from '../../src/main/engine/parameters.ts'
import { readSafetensors, writeSafetensors } from '../../src/main/engine/safetensors.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { randomStream } from '../../src/shared/random.ts'
import { expectSameBits } from '../support/close.ts'
import { branchedNetwork, randomMasks, randomSplit } from '../support/networks.ts'

const network = branchedNetwork('lstm', 'process')
const split = randomSplit(network, 10, 1)
const EPOCHS = 4

/** A run as the workbench makes them: it knows nothing but its checkpoint. */
function trainTo(epoch: number, from: Checkpoint): Checkpoint {
  const model = oracleEngine.create(network, from)
  for (let done = from.epoch; done < epoch; done++) {
    const order = randomStream(from.seed, 'shuffle', done).permutation(10)
    model.train(split, { order, batchSize: 4, optimizer: { ...DEFAULT_OPTIMIZER, learningRate: 0.05 } })
  }
  const state = {
    parameters: model.parameters(),
    masks: model.masks(),
    optimizerState: model.optimizerState(),
  }
  return { ...from, ...state, epoch }
}

const start: Checkpoint = {
  network,
  parameters: initialParameters(network, 1),
  masks: randomMasks(network, 0.5, 1),
  optimizerState: freshOptimizerState(network),
  epoch: 0,
  seed: 'a seed',
  engine: { name: 'oracle', version: '1' },
}

describe('checkpoint', () => {
  const half = trainTo(2, start)
  const whole = trainTo(EPOCHS, start)
  const resume = (changes: Partial<Checkpoint> = {}) =>
    trainTo(EPOCHS, { ...decodeCheckpoint(encodeCheckpoint(half)), ...changes })

  it('continues a run bit for bit', () => {
    const resumed = resume()
    expectSameBits(resumed.parameters, whole.parameters)
    expectSameBits(resumed.optimizerState.m, whole.optimizerState.m)
    expectSameBits(resumed.optimizerState.v, whole.optimizerState.v)
    expect(encodeCheckpoint(resumed)).toEqual(encodeCheckpoint(whole))
  })

  const fresh = freshOptimizerState(network)
  it.each<[string, Partial<Checkpoint>]>([
    ['parameters', { parameters: start.parameters }],
    ['masks', { masks: new Map() }],
    ['optimizerState.step', { optimizerState: { ...half.optimizerState, step: 0 } }],
    ['optimizerState.m', { optimizerState: { ...half.optimizerState, m: fresh.m } }],
    ['optimizerState.v', { optimizerState: { ...half.optimizerState, v: fresh.v } }],
    ['epoch', { epoch: 1 }],
    ['seed', { seed: 0 }],
  ])('would not without %s', (_, dropped) => {
    expect(encodeCheckpoint(resume(dropped))).not.toEqual(encodeCheckpoint(whole))
    expect(() => expectSameBits(resume(dropped).parameters, whole.parameters)).toThrow()
  })

  it('keeps every field, in float64 and float32', () => {
    const decoded = decodeCheckpoint(encodeCheckpoint(half))
    expect({ ...decoded, parameters: 0, optimizerState: 0 }).toEqual({
      ...half,
      parameters: 0,
      optimizerState: 0,
    })
    expectSameBits(decoded.parameters, half.parameters)
    const single = { ...half, parameters: toFloat32(half.parameters) }
    expectSameBits(decodeCheckpoint(encodeCheckpoint(single)).parameters, single.parameters)
    expect(encodeCheckpoint(half)).toEqual(encodeCheckpoint({ ...half }))
  })

  it('refuses blobs that are damaged, incomplete or from the future', () => {
    const blob = encodeCheckpoint(half)
    const { tensors, metadata } = readSafetensors(blob, ['F64', 'U8'])
    const head = JSON.parse(metadata.get('lacuna.checkpoint')!) as Record<string, unknown>
    const code = (of: Uint8Array) => {
      try {
        decodeCheckpoint(of)
      } catch (error) {
        if (error instanceof LacunaError) return error.code
        throw error
      }
      return 'accepted'
    }
    const withHead = (changes: Record<string, unknown>) =>
      writeSafetensors(tensors, new Map([['lacuna.checkpoint', JSON.stringify({ ...head, ...changes })]]))
    expect(code(withHead({}))).toBe('accepted')
    expect(code(withHead({ format: 2 }))).toBe('unsupported')
    for (const field of ['format', 'network', 'step', 'epoch', 'seed', 'engine']) {
      expect(code(withHead({ [field]: undefined })), field).toBe('item-damaged')
    }
    expect(code(blob.slice(0, -1))).toBe('item-damaged')
    expect(code(new Uint8Array(0))).toBe('item-damaged')
    expect(code(writeSafetensors(tensors))).toBe('item-damaged')
    for (const group of ['weight', 'm', 'v']) {
      const lacking = new Map([...tensors].filter(([name]) => name !== `${group}:linear.bias`))
      expect(code(writeSafetensors(lacking, metadata)), group).toBe('item-damaged')
    }
  })
})
