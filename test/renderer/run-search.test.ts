import { describe, expect, it } from 'vitest'
import { matchingRuns, studiesToSearch } from '../../src/renderer/composables/use-run-search.ts'
import { FakeWorkbench } from './fake-workbench.ts'

const fake = new FakeWorkbench('full')
const { runs } = await fake.handlers['study/show']({ id: 's1' })
const studies = await fake.handlers['study/list']({})

describe('runs in the palette', () => {
  it('are found by architecture, target and level in any order', () => {
    const found = matchingRuns(runs, 'Pruning, five seeds', '80 both GRU')
    expect(found).toHaveLength(2 * 5)
    for (const { spec } of found) {
      expect(spec.cell).toBe('gru')
      expect(spec.prune).toMatchObject({ target: 'both', percent: 80 })
    }
  })

  it('take numbers whole: 10 finds neither 100 nor a seed 1', () => {
    const found = matchingRuns(runs, 'any', 'lstm i2h magnitude 10')
    expect(new Set(found.map(({ spec }) => spec.prune?.percent))).toEqual(new Set([10]))
  })

  it('may be narrowed by the name of the study, which alone finds none', () => {
    expect(matchingRuns(runs, 'Pruning, five seeds', 'five base')).toHaveLength(4 * 5)
    expect(matchingRuns(runs, 'Pruning, five seeds', 'five')).toEqual([])
    expect(matchingRuns(runs, 'Quick look', 'five base')).toEqual([])
  })

  it('come from the open study first, then from those the search names, from few in all', () => {
    const many = Array.from({ length: 9 }, (_, i) => ({ ...studies[0]!, id: `x${i}`, name: `Other ${i}` }))
    const places = studiesToSearch([...many, ...studies], 'gru quick', 's3')
    expect(places).toHaveLength(4)
    expect(places.slice(0, 2).map(({ id }) => id)).toEqual(['s3', 's2'])
  })
})
