import { describe, expect, it } from 'vitest'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import type { Model, Parameters } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { CELLS, PADDINGS, parameterShapes, stackedNetwork } from '../../src/shared/network.ts'
import type { Cell, NetworkDescription } from '../../src/shared/network.ts'
import { expectClose } from '../support/close.ts'
import { branchedNetwork, randomMasks, randomNetwork, randomSplit, upTo } from '../support/networks.ts'

/** Float64 copies of initial values, biased away from zero so that every gradient is exercised. */
function doubleParameters(network: NetworkDescription, seed: number): Parameters {
  return new Map(
    [...initialParameters(network, seed)].map(([name, values]) => [name, Float64Array.from(values)]),
  )
}

/**
 * Step and tolerance of the difference quotient (8 (f(x+e) - f(x-e)) - (f(x+2e) - f(x-2e))) / 12e. Its truncation error
 * is e^4 f'''''/30, below 1e-14 here; its rounding error is 1.5 u |f| c / e with u = 1.1e-16, a loss |f| up to 3 and
 * c = 64 for the accumulated roundings of one loss. For e = 1e-4 that is 3e-10. A loss through ReLU is smooth only
 * between the kinks, so there e = 1e-6 makes crossing one unlikely (the seeds are fixed), and costs two digits.
 */
const DIFFERENCE: Record<Cell, { step: number; tolerance: number }> = {
  'rnn-tanh': { step: 1e-4, tolerance: 3e-10 },
  'rnn-relu': { step: 1e-6, tolerance: 3e-8 },
  lstm: { step: 1e-4, tolerance: 3e-10 },
  gru: { step: 1e-4, tolerance: 3e-10 },
}

function differenceQuotient(loss: (value: number) => number, at: number, step: number): number {
  const f = (k: number) => loss(at + k * step)
  return (8 * (f(1) - f(-1)) - (f(2) - f(-2))) / (12 * step)
}

describe.each(CELLS)('gradients of %s', (cell) => {
  const cases = PADDINGS.flatMap((padding) => [
    { padding, masked: false, topology: 'branched' },
    { padding, masked: true, topology: 'branched' },
    { padding, masked: true, topology: 'random' },
  ])

  it.each(cases)(
    'equal difference quotients: $topology, $padding, masked $masked',
    ({ padding, masked, topology }) => {
      const network =
        topology === 'branched' ? branchedNetwork(cell, padding) : randomNetwork(cell, padding, 5)
      const parameters = doubleParameters(network, 3)
      const masks = masked
        ? randomMasks(network, 0.6, 4, ['weight_ih', 'weight_hh', 'linear_weight'])
        : new Map()
      const split = randomSplit(network, 3, 2, { longest: 5 })
      const order = upTo(3)
      const { gradients } = oracleEngine.create(network, { parameters, masks }).gradients(split, order)
      const { step, tolerance } = DIFFERENCE[cell]
      for (const { name, size } of parameterShapes(network)) {
        const values = parameters.get(name)!
        // The branched network is checked whole; of the large random one, some 10 values spread over each array.
        const stride = topology === 'branched' ? 1 : Math.ceil(size / 10)
        const quotients = values.map((value, i) => {
          if (i % stride !== 0) return gradients.get(name)![i]!
          if (masks.get(name)?.[i] === 0) return 0
          const loss = (changed: number) => {
            values[i] = changed
            const result = oracleEngine
              .create(network, { parameters, masks })
              .evaluate(split, { batchSize: 3 }).meanLoss
            values[i] = value
            return result
          }
          return differenceQuotient(loss, value, step)
        })
        expectClose(gradients.get(name)!, quotients, tolerance, `${cell} ${name}`)
      }
    },
  )
})

describe('oracle', () => {
  const network = stackedNetwork({
    cell: 'rnn-tanh',
    vocabulary: 3,
    embedding: 1,
    hidden: 1,
    layers: 1,
    classes: 2,
    padding: 'mask',
  })
  const parameters: Parameters = new Map([
    ['embedding.weight', Float64Array.of(0, 0.5, -1)],
    ['layers.0.cells.0.weight_ih', Float64Array.of(2)],
    ['layers.0.cells.0.weight_hh', Float64Array.of(-0.5)],
    ['layers.0.cells.0.bias_ih', Float64Array.of(0.25)],
    ['layers.0.cells.0.bias_hh', Float64Array.of(0.125)],
    ['linear.weight', Float64Array.of(1, -2)],
    ['linear.bias', Float64Array.of(0, 0.5)],
  ])
  const split = {
    tokens: Uint16Array.of(1, 2, 2),
    offsets: Uint32Array.of(0, 2, 3),
    labels: Uint16Array.of(0, 1),
  }
  const model = (padding: 'mask' | 'process'): Model =>
    oracleEngine.create({ ...network, padding }, { parameters })

  it('equals the equations worked out for one unit', () => {
    const first = Math.tanh(1 + 0.375)
    const second = Math.tanh(-2 - 0.5 * first + 0.375)
    const trace = model('mask').trace(Uint16Array.of(1, 2))
    expectClose(trace.cells[0]!.h, [first, second], 1e-15)
    expectClose(trace.logits, [second, 0.5 - 2 * second], 1e-15)
  })

  it('runs pads through the network under process and stops at the last token under mask', () => {
    const alone = Math.tanh(-2 + 0.375)
    const padded = Math.tanh(-0.5 * alone + 0.375)
    for (const [padding, state] of [
      ['mask', alone],
      ['process', padded],
    ] as const) {
      const loss = Math.log(1 + Math.exp(state - (0.5 - 2 * state))) // class 1 of sequence 1
      const both = model(padding).gradients(split, Uint32Array.of(0, 1)).loss
      const other = model(padding).gradients(split, Uint32Array.of(0)).loss
      expect(both).toBeCloseTo((loss + other) / 2, 14)
    }
  })

  it('takes the Adam step worked out by hand, after clipping', () => {
    const { gradients } = model('mask').gradients(split, Uint32Array.of(0, 1))
    const trained = model('mask')
    const optimizer = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-3, clipNorm: 0.01 }
    trained.train(split, { order: Uint32Array.of(0, 1), batchSize: 2, optimizer })
    const norm = Math.sqrt([...gradients.values()].flatMap((g) => [...g]).reduce((sum, g) => sum + g * g, 0))
    const scale = 0.01 / (norm + 1e-6)
    expect(scale).toBeLessThan(1)
    for (const [name, values] of trained.parameters()) {
      const expected = parameters.get(name)!.map((w, i) => {
        const g = gradients.get(name)![i]! * scale
        return w - (0.1 * g) / (Math.abs(g) + 1e-3) // the bias corrections cancel at the first step
      })
      expectClose(values, expected, 1e-14, name)
    }
    expect(trained.optimizerState().step).toBe(1)
  })
})
