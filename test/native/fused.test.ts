// The fused engine: the contract of all engines for every instruction set this processor has, and what only it can
// get wrong: other bits between instruction sets, threads, execution orders and sparse forms.
import { describe } from 'vitest'
import { createFusedEngine } from '../../src/main/engine/fused/engine.ts'
import { findAddon, loadAddon } from '../../src/main/engine/fused/load.ts'
import { FLOAT32_TOLERANCES, describeEngine } from '../engine/engine-contract.ts'

const built = findAddon() !== undefined
if (!built) console.warn('The fused engine is not tested: the addon was not built on this machine.')

describe.skipIf(!built)('fused', () => {
  const sets = built ? loadAddon().instructionSets() : []
  describe.each(sets)('on %s', (instructionSet) => {
    describe.each([1, 2] as const)('in order %s', (order) => {
      describeEngine('fused', () => createFusedEngine({ instructionSet, order }), FLOAT32_TOLERANCES)
    })
  })
})
