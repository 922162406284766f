// The shared test body of all engines: each is compared with the float64 oracle and held to the rules of engine.ts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Engine, Model } from '../../src/main/engine/engine.ts'
import { describeAgreement } from './contract/agreement.ts'
import { describeControl, describeNonFinite } from './contract/control.ts'
import { describeMasks } from './contract/masking.ts'
import { describeRefusals } from './contract/refusals.ts'
import { describeRuns } from './contract/runs.ts'
import type { Create, Tolerances } from './contract/setup.ts'

export type { Tolerances } from './contract/setup.ts'
export { FLOAT32_TOLERANCES } from './contract/setup.ts'

/**
 * Describe how an engine behaves. The engine is asked for once, before its first test.
 * @param engine makes or finds the engine; may load a library
 */
export function describeEngine(
  name: string,
  engine: () => Engine | Promise<Engine>,
  tolerances: Tolerances,
): void {
  describe(`engine ${name}`, () => {
    let tested: Engine
    const open: Model[] = []
    const create: Create = (network, options) => {
      const model = tested.create(network, options)
      open.push(model)
      return model
    }
    beforeAll(async () => {
      tested = await engine()
    })
    afterAll(() => open.forEach((model) => model.dispose()))

    describeAgreement(create, tolerances)
    describeMasks(create)
    describeRuns(create, tolerances)
    describeControl(create, tolerances)
    describeNonFinite(create)
    describeRefusals(create)
    it('says what it is', () => {
      expect(tested.info.name).toBe(name)
      expect(tested.info.version).not.toBe('')
    })
  })
}
