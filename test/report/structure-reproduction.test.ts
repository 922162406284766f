import { readFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  structureReproduction,
  type StructureFacts,
  type StructureSide,
} from '../../src/main/report/structure-reproduction.ts'
import { analyseStructures } from '../../src/main/stats/analyse.ts'
import { PROPERTY_NAMES } from '../../src/shared/graph.ts'
import { publishedSchema } from '../../src/shared/published.ts'
import { randomStream } from '../../src/shared/random.ts'
import type { StructureRow } from '../../src/shared/structure-analysis.ts'

const file = path.resolve(import.meta.dirname, '../../resources/published.json')
const published = publishedSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
const facts: StructureFacts = {
  minutes: 12.34,
  jobs: 2,
  engine: 'fused 1.0.0 avx512',
  processor: 'a processor',
  version: '0.1.0',
  dataset: '0123456789abcdef',
  studyId: 'fedc',
  epochs: 15,
  perCell: [{ cell: 'gru', minutes: 5.67, diverged: 3 }],
}

/** Graphs whose accuracy follows every property with the given slope; a tenth never leaves chance. */
function side(slope: number, seed: number): StructureSide {
  const random = randomStream(seed, 'rows')
  const rows = Array.from({ length: 60 }, (_, i): StructureRow => {
    const x = random.float()
    const properties = Object.fromEntries(PROPERTY_NAMES.map((name) => [name, x + 0.2 * random.float()]))
    const score = i % 10 === 0 ? 0.5 : 0.75 + slope * (x - 0.5) + 0.05 * random.float()
    return {
      cell: 'gru',
      generator: i % 2 === 0 ? 'barabasi-albert' : 'watts-strogatz',
      graph: String(i),
      properties,
      score,
    }
  })
  const analysis = analyseStructures(rows, { repeats: 1, folds: 5, subsets: ['all'] })
  return { rows, analysis }
}

describe('the half page of the structures', () => {
  let [other, ours]: StructureSide[] = []
  beforeAll(() => {
    ours = side(0.3, 1)
    other = side(-0.3, 3)
  })

  it('agrees with itself', () => {
    const page = structureReproduction(ours!, ours!, published, facts)
    expect(page.match(/\| agrees \|/g)).toHaveLength(PROPERTY_NAMES.length)
    expect(page).toContain(`Of 23 correlations, 23 have the published sign and 23 agree`)
  })

  it('differs where the law is the opposite one', () => {
    const page = structureReproduction(ours!, other!, published, facts)
    expect(page.match(/\| differs \|/g)).toHaveLength(PROPERTY_NAMES.length)
    expect(page).toContain('Of 23 correlations, 0 have the published sign and 0 agree')
  })

  it('counts failed and diverged trainings and names the time, the machine and the published R^2', () => {
    const page = structureReproduction(ours!, ours!, published, { ...facts, remark: 'Shared machine.' })
    expect(page).toContain('60 networks on random graphs, one training of 15 epochs each')
    expect(page).toContain('**12.3 minutes** with 2 engine processes (fused 1.0.0 avx512) on a processor')
    expect(page).toContain('Shared machine.')
    expect(page).toMatch(/\| GRU \| 6 of 60: 10\.0 \(4\.7 to 20\.1\) \| 6 of 60: .* \| 3 \| .* \| 5\.7 \|/)
    expect(page).toMatch(/\| GRU \| Random forest \|.*\| 0\.88 \|/)
    expect(page).not.toContain('NaN')
  })
})
