// Ten thousand descriptions that are random numbers or damaged networks, straight into the addon: each is refused with
// a known code or trained; none takes the process down. The addon must not rely on the checks in front of it.
import { describe, expect, it } from 'vitest'
import type { NativeAddon } from '../../src/main/engine/fused/addon.ts'
import { describeNetwork } from '../../src/main/engine/fused/describe-network.ts'
import { findAddon, loadAddon } from '../../src/main/engine/fused/load.ts'
import { ERROR_CODES } from '../../src/shared/errors.ts'
import type { NetworkDescription } from '../../src/shared/network.ts'
import { CELLS, PADDINGS, parameterShapes } from '../../src/shared/network.ts'
import type { RandomStream } from '../../src/shared/random.ts'
import { randomStream } from '../../src/shared/random.ts'
import { randomNetwork } from '../support/networks.ts'

const built = findAddon() !== undefined
const CASES = 10_000
const OPTIMIZER = Float64Array.of(1e-3, 0.9, 0.999, 1e-8, 5)

function pick<T>(random: RandomStream, values: readonly T[]): T {
  return values[random.integer(values.length)]!
}

/** A description that is nonsense, right, or right but for one number or its end; with the network it came from. */
function damaged(
  random: RandomStream,
  seed: number,
): { network: NetworkDescription; description: Int32Array } {
  const network = randomNetwork(pick(random, CELLS), pick(random, PADDINGS), seed)
  const description = describeNetwork(network)
  const kind = random.integer(4)
  if (kind === 0) {
    const values = Array.from({ length: random.integer(40) }, () => random.integer(9) - 2)
    return { network, description: Int32Array.from(values) }
  }
  if (kind === 1) description[random.integer(description.length)] = random.integer(2 ** 32) | 0
  if (kind === 2) return { network, description: description.slice(0, random.integer(description.length)) }
  return { network, description }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error
}

/** Create, train and evaluate; the code of the refusal, or `trained`. */
function attempt(addon: NativeAddon, random: RandomStream, seed: number): unknown {
  const { network, description } = damaged(random, seed)
  const weights = parameterShapes(network).map(({ size }) => new Float32Array(size).fill(0.1))
  const masks = weights.map(() => null)
  try {
    const order = pick(random, [0, 1, 2] as const)
    const model = addon.create(description, weights, masks, null, null, 0, 'scalar', 1, order, -1)
    const [tokens, offsets, labels] = [Uint16Array.of(1, 1, 1), Uint32Array.of(0, 1, 3), Uint16Array.of(0, 1)]
    const both = Uint32Array.of(1, 0)
    const { batches } = addon.train(model, tokens, offsets, labels, both, 2, OPTIMIZER, null)
    expect(batches).toBe(1)
    addon.dispose(model)
    return 'trained'
  } catch (error) {
    return codeOf(error)
  }
}

describe.skipIf(!built)('fuzzed descriptions', () => {
  it(`refuses or trains each of ${CASES}`, () => {
    const addon = loadAddon()
    const random = randomStream(1, 'fuzz-native')
    const answers = new Map<unknown, number>()
    for (let seed = 0; seed < CASES; seed++) {
      const answer = attempt(addon, random, seed)
      answers.set(answer, (answers.get(answer) ?? 0) + 1)
    }
    for (const answer of answers.keys()) expect([...ERROR_CODES, 'trained']).toContain(answer)
    expect(answers.get('trained')).toBeGreaterThan(CASES / 5)
    expect(answers.get('bad-network')).toBeGreaterThan(CASES / 5)
  })

  it('refuses arguments of the wrong kind', () => {
    const addon = loadAddon()
    const calls: (() => unknown)[] = [
      () =>
        addon.train(
          {} as never,
          null as never,
          null as never,
          null as never,
          null as never,
          1,
          OPTIMIZER,
          null,
        ),
      () => addon.create([] as never, [], [], null, null, 0, 'scalar', 1, 0, -1),
      () => addon.create(Int32Array.of(), [], [], null, null, 0, 'scalar', 1, 0, -1),
      () => addon.dispose(undefined as never),
      () => addon.read(Object.create(null) as never, 0, []),
    ]
    for (const call of calls) expect(call).toThrow(/\.$/)
  })
})
