import { describe, expect, it } from 'vitest'
import { createApp } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { findCommands } from '../../src/renderer/composables/use-commands.ts'
import { assignSplits, nameFromFile } from '../../src/renderer/composables/use-import-files.ts'
import { formatNumberList, parseNumberList } from '../../src/renderer/composables/number-list.ts'
import {
  fromIdentity,
  problemsOf,
  toDefinition,
  toForm,
} from '../../src/renderer/composables/use-study-form.ts'
import { useQuery, useQueryChoice } from '../../src/renderer/composables/use-query.ts'
import { describeStudy } from '../../src/renderer/composables/describe-study.ts'
import { PRESETS } from '../../src/shared/presets.ts'
import { parseStudy, studyIdentity } from '../../src/shared/study.ts'

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
