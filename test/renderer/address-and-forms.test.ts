import { describe, expect, it } from 'vitest'
import { createApp } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { findCommands } from '../../src/renderer/composables/use-commands.ts'
import { assignSplits, nameFromFile } from '../../src/renderer/composables/use-import-files.ts'
import { formatNumberList, parseNumberList } from '../../src/renderer/composables/number-list.ts'
import { describeFamily } from '../../src/renderer/composables/describe-structure.ts'
import { addGraph, givenFamily, removeGraph } from '../../src/renderer/composables/use-graph-files.ts'
import {
  formQuery,
  fromIdentity,
  problemsOf,
  takeDefaults,
  toDefinition,
  toForm,
} from '../../src/renderer/composables/use-study-form.ts'
import { useQuery, useQueryChoice } from '../../src/renderer/composables/use-query.ts'
import { describeStudy } from '../../src/renderer/composables/describe-study.ts'
import { PRESETS } from '../../src/shared/presets.ts'
import type { StudySummary } from '../../src/shared/contract.ts'
import { familySchema } from '../../src/shared/structure-study.ts'
import { parseStudy, studyIdentity, type StudyDefinition } from '../../src/shared/study.ts'

describe('lists of numbers as typed', () => {
  it.each([
    ['1, 2, 5', [1, 2, 5]],
    ['1-5', [1, 2, 3, 4, 5]],
    ['10-100/10', [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]],
    ['40; 60 80,80', [40, 60, 80]],
    ['0.5-1.5/0.5', [0.5, 1, 1.5]],
    ['', []],
  ])('%s is read', (text, values) => {
    expect(parseNumberList(text)).toEqual(values)
  })

  it.each(['a', '1-', '5-1', '1-5/0', '1-99999999', '1e999'])('%s is refused', (text) => {
    expect(parseNumberList(text)).toBeUndefined()
  })

  it('is written so that reading gives it back', () => {
    for (const values of [[1, 2, 3, 4, 5], [10, 20, 30], [40, 60, 80, 95], [7], [], [2.5, 5], [3, 2, 1]]) {
      expect(parseNumberList(formatNumberList(values))).toEqual(values)
    }
    expect(formatNumberList([1, 2, 3, 4, 5])).toBe('1-5')
  })
})

describe('files in the hand', () => {
  const names = (files: string[]) => {
    const { train, test } = assignSplits(files.map((name) => ({ name })))
    return [train.name, test?.name]
  }

  it('tells training from test by the names, in either order', () => {
    expect(names(['train_data.csv', 'test_data.csv'])).toEqual(['train_data.csv', 'test_data.csv'])
    expect(names(['test_data.csv', 'train_data.csv'])).toEqual(['train_data.csv', 'test_data.csv'])
    expect(names(['eval.tsv', 'reber.tsv'])).toEqual(['reber.tsv', 'eval.tsv'])
    expect(names(['a.csv', 'training-b.csv'])).toEqual(['training-b.csv', 'a.csv'])
    expect(names(['contest.csv', 'latest.csv'])).toEqual(['contest.csv', 'latest.csv'])
  })

  it('refuses none and more than two', () => {
    expect(() => assignSplits([])).toThrow(/one or two files/)
    expect(() => names(['a', 'b', 'c'])).toThrow(/3 files were given/)
  })

  it('proposes a name without the marks of a split', () => {
    expect(nameFromFile('reber_train.csv')).toBe('reber')
    expect(nameFromFile('train_data.csv')).toBe('train data')
    expect(nameFromFile('My.set.v2.tsv')).toBe('My set v2')
  })
})

describe('the form of a new study', () => {
  const study = parseStudy({ ...PRESETS[0]!.definition, dataset: 'd' })

  it('keeps a definition through the form and through the address', () => {
    expect(parseStudy(toDefinition(toForm(study)))).toEqual(study)
    expect(fromIdentity('pruning', 'd', studyIdentity(study))).toEqual(study)
  })

  it('leaves the pruning fields out of a training study', () => {
    const training = parseStudy({ kind: 'training', dataset: 'd' })
    expect(toDefinition(toForm(training))).not.toHaveProperty('prune')
    expect(parseStudy(toDefinition(toForm(training)))).toEqual(training)
  })

  it('takes an address that was cut for one without a definition', () => {
    expect(fromIdentity('pruning', 'd', '{"cells":["gr')).toBeUndefined()
    expect(fromIdentity('pruning', 'd', '{"cells":["perceptron"]}')).toBeUndefined()
  })

  it('names the field that is wrong, a list as a whole, in words', () => {
    const form = toForm(study)
    form.prune.percentages = [10, 150]
    form.training.epochs = null as never
    form.seeds = []
    expect([...problemsOf(toDefinition(form))]).toEqual([
      ['seeds', 'choose at least one seed'],
      ['training.epochs', 'a number is needed'],
      ['prune.percentages', 'at most 100'],
    ])
    expect(problemsOf(toDefinition(toForm(study))).size).toBe(0)
  })

  it('describes every study of the presets in words', () => {
    for (const preset of PRESETS) {
      const facts = describeStudy(parseStudy({ ...preset.definition, dataset: 'd' }))
      expect(facts.every(([name, value]) => name !== '' && value !== '')).toBe(true)
    }
  })
})

describe('the form of a structure study', () => {
  const study = parseStudy({
    kind: 'structure',
    dataset: 'd',
    structure: {
      families: [
        { kind: 'watts-strogatz', count: 7, k: 4 },
        {
          kind: 'given',
          graphs: [
            {
              name: 'mine',
              graph: {
                nodes: 3,
                edges: [
                  [0, 1],
                  [1, 2],
                ],
              },
            },
          ],
        },
      ],
      budget: { kind: 'edges', edges: 40 },
    },
  })

  it('keeps a definition through the form and through the address', () => {
    expect(parseStudy(toDefinition(toForm(study)))).toEqual(study)
    expect(fromIdentity('structure', 'd', studyIdentity(study))).toEqual(study)
    expect(toDefinition(toForm(study))).not.toHaveProperty('prune')
    expect(toDefinition(toForm(study))).toHaveProperty('model', { embedding: 50 })
  })

  it('names the family whose field is wrong', () => {
    const form = toForm(study)
    Object.assign(form.structure.families[0]!, { count: 0, k: 1 })
    Object.assign(form.structure.nodes, { min: 60 })
    expect([...problemsOf(toDefinition(form))]).toEqual([
      ['structure.families.0.count', 'at least 1'],
      ['structure.families.0.k', 'at least 2'],
      ['structure.nodes', 'the smallest number of vertices is larger than the largest'],
    ])
  })

  it('takes the usual epochs and batches of its kind, and leaves those that were typed', () => {
    const form = toForm(parseStudy({ kind: 'pruning', dataset: 'd' }))
    form.kind = 'structure'
    takeDefaults(form, 'pruning')
    expect(form.training).toMatchObject({ epochs: 15, batchSize: 128 })
    form.training.epochs = 3
    form.kind = 'training'
    takeDefaults(form, 'structure')
    expect(form.training).toMatchObject({ epochs: 3, batchSize: 32 })
  })

  it('writes what starts from a study into the address, or its id where that is too long', () => {
    const summary = (definition: StudyDefinition) => ({ id: 's9', definition }) as StudySummary
    expect(formQuery(summary(study))).toEqual({ dataset: 'd', kind: 'structure', d: studyIdentity(study) })
    const edges = Array.from({ length: 1500 }, (_, i) => [i, i + 1])
    const families = [{ kind: 'given', graphs: [{ name: 'long', graph: { nodes: 1501, edges } }] }]
    const long = parseStudy({ kind: 'structure', dataset: 'd', structure: { families } })
    expect(formQuery(summary(long))).toEqual({ dataset: 'd', kind: 'structure', from: 's9' })
  })

  it('gives graphs of files names of their own, and takes the family away with its last graph', () => {
    const { structure } = toForm(parseStudy({ kind: 'structure', dataset: 'd' }))
    const graph = { nodes: 2, edges: [[0, 1]] as [number, number][] }
    expect(['a', 'a', 'b', 'a'].map((name) => addGraph(structure, name, graph))).toEqual([
      'a',
      'a 2',
      'b',
      'a 3',
    ])
    expect(givenFamily(structure)!.graphs).toHaveLength(4)
    for (const name of ['a', 'a 2', 'b', 'a 3']) removeGraph(structure, name)
    expect(structure.families.map(({ kind }) => kind)).toEqual(['barabasi-albert', 'watts-strogatz'])
  })

  it('describes every generator with its parameters', () => {
    expect(study.kind === 'structure' && study.structure.families.map(describeFamily)).toEqual([
      '7 Watts-Strogatz, k = 4, p = 1',
      '1\u00a0graph from files: mine',
    ])
    const kinds = ['barabasi-albert', 'erdos-renyi', 'random-dag', 'kleinberg', 'layered-complete'] as const
    for (const kind of kinds) expect(describeFamily(familySchema.parse({ kind }))).toMatch(/^20 /)
  })
})

describe('the palette', () => {
  const commands = [
    { title: 'Settings', hint: 'view' },
    { title: 'Pause Sets of seeds', hint: 'action' },
    { title: 'New study', hint: 'action' },
  ]

  it('finds commands that hold every word, those that begin with the text first', () => {
    expect(findCommands(commands, 'set').map(({ title }) => title)).toEqual([
      'Settings',
      'Pause Sets of seeds',
    ])
    expect(findCommands(commands, 'action new').map(({ title }) => title)).toEqual(['New study'])
    expect(findCommands(commands, ' ')).toHaveLength(3)
    expect(findCommands(commands, 'nothing')).toEqual([])
  })
})

describe('state in the address', () => {
  async function addressed(path: string) {
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', component: {} }] })
    const app = createApp({}).use(router)
    await router.push(path)
    const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 5))
    return { router, settled, use: <T>(composable: () => T) => app.runWithContext(composable) }
  }

  it('keeps changes made at the same moment, and leaves out what is usual', async () => {
    const { router, settled, use } = await addressed('/?page=7&keep=1')
    const page = use(() => useQuery('page', '1'))
    const find = use(() => useQuery('find', ''))
    find.value = 'gru both'
    page.value = '1'
    await settled()
    expect(router.currentRoute.value.query).toEqual({ keep: '1', find: 'gru both' })
    expect([find.value, page.value]).toEqual(['gru both', '1'])
  })

  it('takes anything outside a closed list for the usual choice', async () => {
    const { use } = await addressed('/?tab=<script>&by=cell')
    expect(use(() => useQueryChoice('tab', ['results', 'runs'], 'results')).value).toBe('results')
    expect(use(() => useQueryChoice('by', ['target', 'cell'], 'target')).value).toBe('cell')
  })
})
