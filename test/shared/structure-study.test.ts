import { describe, expect, it } from 'vitest'
import { studyId } from '../../src/main/study/identity.ts'
import { PRESETS } from '../../src/shared/presets.ts'
import { runTitle, studyState } from '../../src/shared/results.ts'
import { graphNames } from '../../src/shared/structure-study.ts'
import { expandStudy, MAX_RUNS, parseStudy, type StructureStudy } from '../../src/shared/study.ts'

const study = (structure: object, rest: object = {}) =>
  parseStudy({
    kind: 'structure',
    dataset: 'x',
    cells: ['gru'],
    seeds: [1],
    structure,
    ...rest,
  }) as StructureStudy
const path3 = { nodes: 3, edges: [[0, 1], [1, 2]] } // prettier-ignore

describe('the runs of a structure study', () => {
  it('mix generators from the first run on, every graph before its controls', () => {
    const runs = expandStudy(
      study({
        families: [
          { kind: 'barabasi-albert', count: 2 },
          { kind: 'watts-strogatz', count: 3 },
        ],
        rewired: 1,
      }),
    )
    expect(runs.map(({ key }) => key)).toEqual([
      'gru-s1-barabasi-albert-0',
      'gru-s1-barabasi-albert-0-rewired-1',
      'gru-s1-watts-strogatz-0',
      'gru-s1-watts-strogatz-0-rewired-1',
      'gru-s1-barabasi-albert-1',
      'gru-s1-barabasi-albert-1-rewired-1',
      'gru-s1-watts-strogatz-1',
      'gru-s1-watts-strogatz-1-rewired-1',
      'gru-s1-watts-strogatz-2',
      'gru-s1-watts-strogatz-2-rewired-1',
    ])
    expect(runs[3]!.structure).toEqual({
      ...{ family: 1, generator: 'watts-strogatz', index: 0, name: 'watts-strogatz 0', rewired: 1 },
    })
    expect(runTitle(runs[3]!)).toBe('watts-strogatz 0, rewired 1, seed 1')
  })

  it('have a key each, for every seed, architecture, and generator that is there twice', () => {
    const twice = { kind: 'watts-strogatz', count: 3 }
    const definition = study(
      { families: [twice, { ...twice, p: 0.1 }, { ...twice, p: 0.5 }], rewired: 2 },
      { seeds: [1, 2], cells: ['gru', 'lstm'] },
    )
    const keys = expandStudy(definition).map(({ key }) => key)
    expect(keys).toHaveLength(3 * 3 * 3 * 2 * 2)
    expect(new Set(keys).size).toBe(keys.length)
    expect(keys).toContain('lstm-s2-watts-strogatz-c-2-rewired-2')
  })

  it('are named by their files, each name once', () => {
    const given = { kind: 'given', graphs: ['a', 'a', 'a (2)'].map((name) => ({ name, graph: path3 })) }
    const { structure } = study({ families: [given, { kind: 'barabasi-albert', count: 1 }] })
    expect(graphNames(structure.families)).toEqual([['a', 'a (2)', 'a (2) (2)'], ['barabasi-albert 0']])
  })

  it('are refused beyond the limit', () => {
    const families = Array.from({ length: 6 }, () => ({ kind: 'erdos-renyi', count: 1000 }))
    const large = study({ families, rewired: 2 }, { seeds: [1, 2] })
    expect(6 * 1000 * 3 * 2).toBeGreaterThan(MAX_RUNS)
    expect(() => expandStudy(large)).toThrow(/more than 20000 runs; choose fewer seeds, graphs or controls/)
  })

  it('number 800 in the published study: 100 and 100 graphs for each of four architectures', () => {
    const preset = PRESETS.find(({ id }) => id === 'darji-2021-structures')!
    const runs = expandStudy(parseStudy({ dataset: 'x', ...preset.definition }))
    const groups = Map.groupBy(runs, ({ cell, structure }) => `${cell} ${structure!.generator}`)
    expect([...groups.values()].map(({ length }) => length)).toEqual(Array(8).fill(100))
    expect(runs.every(({ epochs }) => epochs === 15)).toBe(true)
  })
})

describe('a structure study', () => {
  it('is the same study however its generators are written', () => {
    const short = study({ families: [{ kind: 'watts-strogatz', count: 7 }] })
    const spelt = study({
      families: [{ kind: 'watts-strogatz', count: 7, p: 1, tries: 10 }],
      nodes: { min: 10, max: 50 },
      wiring: 'lacuna',
    })
    expect(studyId(short)).toBe(studyId(spelt))
    expect(studyId(study({ families: [{ kind: 'watts-strogatz', count: 7, p: 0.5 }] }))).not.toBe(
      studyId(short),
    )
    // Pinned: an id that changes with a new version would lose every study people have.
    expect(studyId(short)).toBe('0a7d5987dbfdde7b')
  })

  it('refuses graphs that are none or too large to be trained, by name', () => {
    const given = (graph: object) => () =>
      study({ families: [{ kind: 'given', graphs: [{ name: 'mine', graph }] }] })
    expect(given({ nodes: 2, edges: [[1, 1]] })).toThrow(/joins 1 and 1/)
    expect(given({ nodes: 2001, edges: [[0, 1]] })).toThrow(
      /'mine' has 2001 vertices and 1 edges.*at most 2000/,
    )
    expect(() => study({ nodes: { min: 9, max: 8 } })).toThrow(/smallest number of vertices/)
    expect(() => study({ families: [] })).toThrow(/at least one generator/)
  })

  it('is done when its runs are done or diverged: what cannot be trained is a finding', () => {
    expect(studyState(false, ['done', 'diverged'], 'structure')).toBe('done')
    expect(studyState(false, ['done', 'diverged'], 'training')).toBe('incomplete')
    expect(studyState(false, ['done', 'failed'], 'structure')).toBe('incomplete')
    expect(studyState(false, ['diverged', 'cancelled'], 'structure')).toBe('cancelled')
  })
})
