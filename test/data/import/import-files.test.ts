// Whole imports: the published dataset, two files, split columns, roles of columns, options.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  importFiles,
  importSources,
  previewFile,
  previewFiles,
  type ImportedDataset,
} from '../../../src/main/data/import/import-files.ts'
import { importPreviewSchema, datasetDraftSchema } from '../../../src/shared/dataset.ts'
import { choice, codes, failure, memorySource, pairs, problem, tempFolder, writeTemp } from './support.ts'

const folder = tempFolder()
const published = resolve('..', 'shared', 'thesis', 'dataset')
const missing = !existsSync(published)
if (missing)
  console.log('skipped: the published dataset is not beside the project (../shared/thesis/dataset)')

const file = (name: string, text: string) => writeTemp(folder, name, text)
const rows = (n: number, tail = '') =>
  Array.from({ length: n }, (_, k) => `B${'TSX'[k % 3]}${k}E,${k % 2}${tail}\n`).join('')

describe.skipIf(missing)('the published dataset', () => {
  let done: ImportedDataset
  beforeAll(async () => {
    done = await importFiles(
      { train: join(published, 'train_data.csv'), test: join(published, 'test_data.csv') },
      {},
    )
  })

  it('imports as 18,750 + 6,250 sequences, 9,339 and 3,161 of them valid', () => {
    expect(done.draft.classes).toEqual(['0', '1'])
    expect(done.draft.counts).toEqual({ train: [9411, 9339], test: [3089, 3161] })
    expect(done.content.train).toHaveLength(18_750)
    expect(done.content.test).toHaveLength(6250)
    expect(done.content.train[0]).toEqual({ text: 'BPTVXPVXPTTVXVE', label: 0 })
    expect(done.draft).toMatchObject({ minLength: 11, maxLength: 53, alphabetSize: 26 })
  })

  it('finds the index, text and label columns by itself', () => {
    expect(done.preview.train.columns.map(({ name, kind }) => [name, kind])).toEqual([
      ['column 1', 'index'],
      ['string', 'text'],
      ['valid', 'label'],
    ])
    expect(done.preview.train.suggested).toEqual({
      textColumn: 'string',
      labelColumn: 'valid',
      splitColumn: null,
    })
    expect(problem(done.preview, 'overlap')).toMatchObject({ severity: 'warning', count: 1 })
  })

  it('gives a preview and a draft that satisfy their schemas', () => {
    expect(importPreviewSchema.parse(done.preview)).toEqual(done.preview)
    expect(datasetDraftSchema.parse(done.draft)).toEqual(done.draft)
  })

  it('gives the same hash again from the options it wrote down', async () => {
    if (done.draft.source.kind !== 'files') throw new Error('not imported from files')
    const paths = { train: join(published, 'train_data.csv'), test: join(published, 'test_data.csv') }
    const again = await importFiles(paths, done.draft.source.options)
    expect(again.draft.hash).toBe(done.draft.hash)
  })
})

describe('two files', () => {
  it('takes the second file as test split and numbers the classes of both', async () => {
    const train = file('train.csv', `string,valid\n${rows(6)}`)
    const test = file('test.csv', 'string,valid\nBPE,1\nBXE,2\n')
    const done = await importFiles({ train, test }, {})
    expect(done.content.classes).toEqual(['0', '1', '2'])
    expect(done.content.test).toEqual([
      { text: 'BPE', label: 1 },
      { text: 'BXE', label: 2 },
    ])
    expect(problem(done.preview, 'class-only-in-test').message).toContain("'2'")
  })

  it('refuses a test file without the columns of the training file, naming it', async () => {
    const train = file('a.csv', `string,valid\n${rows(6)}`)
    const test = file('b.csv', `text,label\n${rows(6)}`)
    const shown = await previewFiles({ train, test }, {})
    expect(shown.problems[0]).toMatchObject({ severity: 'stop', code: 'no-such-column', column: 'string' })
    expect(shown.problems[0]?.message).toContain("b.csv has no column 'string'; it has 'text', 'label'.")
    expect(shown.problems.find((one) => one.column === 'valid')?.severity).toBe('stop')
    expect(shown.canImport).toBe(false)
  })

  it('names uploads as their owner called them', async () => {
    const path = file('0a1b2c', `string,valid\n${rows(6)}`)
    const shown = await previewFile({ path, name: 'mine.csv' }, {})
    expect(shown.train.fileName).toBe('mine.csv')
  })
})

describe('the split of one file', () => {
  it('holds a quarter out by class with a seed that is written down', async () => {
    const path = file('one.csv', `string,valid\n${rows(40)}`)
    const done = await importFiles({ train: path }, {})
    expect(done.draft.counts).toEqual({ train: [15, 15], test: [5, 5] })
    expect(done.preview.options).toMatchObject({ testFraction: 0.25, splitSeed: 0 })
    expect(problem(done.preview, 'split-drawn').message).toContain('10 of 40 sequences are held out')
    const other = await importFiles({ train: path }, { splitSeed: 1 })
    expect(other.draft.hash).not.toBe(done.draft.hash)
    expect(pairs(other)).toEqual(pairs(done))
  })

  it('follows a split column, and stops at cells that name no split', async () => {
    const text = `string,valid,split\n${rows(6, ',train')}BE,1,test\nBBE,0,Test\n`
    const done = await importFiles({ train: file('split.csv', text) }, {})
    expect(done.preview.train.suggested.splitColumn).toBe('split')
    expect(done.content.test.map((one) => one.text)).toEqual(['BE', 'BBE'])
    const odd = await previewFile(file('odd.csv', `${text}BTE,1,maybe\n`), { splitColumn: 'split' })
    expect(problem(odd, 'missing-split')).toMatchObject({ severity: 'stop', line: 10 })
  })
})

describe('roles of columns', () => {
  it('asks when no column could be the labels, and takes the one chosen', async () => {
    const text = `note,string\n${Array.from({ length: 9 }, (_, k) => `n${k}x,B${k}TTTE\n`).join('')}`
    const shown = await previewFile(file('labels.csv', text), {})
    const asked = problem(shown, 'no-label-column')
    expect(asked).toMatchObject({ severity: 'stop', message: 'Which column holds the labels?' })
    const chosen = await previewFile(file('labels.csv', text), choice(asked, "'note'"))
    expect(chosen.willImport.classes).toHaveLength(9)
    const without = await previewFile(file('labels.csv', text), choice(asked, 'without labels'))
    expect(without).toMatchObject({ canImport: true, willImport: { classes: [{ name: 'unlabelled' }] } })
  })

  it('refuses a column that is not there', async () => {
    const path = file('there.csv', `string,valid\n${rows(6)}`)
    const error = await failure(importFiles({ train: path }, { textColumn: 'text' }))
    expect(error.message).toContain("has no column 'text'; it has 'string', 'valid'.")
  })

  it('orders classes by value when they are numbers, else by code point', async () => {
    const labelled = async (labels: string[]) => {
      const text = `string,class\n${labels.map((label, k) => `B${k}E,${label}\n${''}B${k}XE,${label}\n`).join('')}`
      return (await importFiles({ train: file('classes.csv', text) }, {})).content.classes
    }
    expect(await labelled(['10', '9', '2'])).toEqual(['2', '9', '10'])
    expect(await labelled(['b', 'É', 'B', 'a'])).toEqual(['B', 'a', 'b', 'É'])
  })

  it('knows a file without names of columns, and the other way round', async () => {
    const bare = await previewFile(file('bare.csv', rows(8)), {})
    expect(bare.train).toMatchObject({ headerRow: 0, totalRows: 8 })
    expect(bare.train.columns.map((column) => column.name)).toEqual(['column 1', 'column 2'])
    const words = 'BTE,yes\nBPE,no\nBXE,yes\nBVE,no\n'
    expect((await previewFile(file('words.csv', words), {})).train.headerRow).toBe(0)
    expect((await previewFile(file('named.csv', `seq,ok\n${words}`), {})).train.headerRow).toBe(1)
    const forced = await previewFile(file('words.csv', words), { headerRow: 1 })
    expect(forced.train.columns.map((column) => column.name)).toEqual(['BTE', 'yes'])
  })

  it('stops at a header line that no row begins on', async () => {
    const shown = await previewFile(file('short.csv', `string,valid\n${rows(6)}`), { headerRow: 99 })
    expect(problem(shown, 'header-row')).toMatchObject({ severity: 'stop', line: 99 })
  })
})

describe('texts', () => {
  it('splits words when asked, and says when texts look like words', async () => {
    const path = file('w.csv', 'text,label\nthe  cat sat,1\na dog,0\nthe cow,1\na hen ran,0\n')
    const asked = problem(await previewFile(path, {}), 'several-words')
    const done = await importFiles({ train: path }, choice(asked, 'words'))
    expect(done.content.tokens).toBe('words')
    expect(pairs(done)).toContain('the cat sat 1')
    expect(done.draft).toMatchObject({ maxLength: 3, alphabetSize: 8 })
  })

  it('says that white space around a text counts', async () => {
    const shown = await previewFile(file('pad.csv', `string,valid\n${rows(6)} BTE,1\n`), {})
    expect(problem(shown, 'padded-text')).toMatchObject({ severity: 'warning', count: 1 })
  })

  it('brings any text and label through unchanged', async () => {
    const unit = fc.constantFrom('a', 'B', '"', ',', ';', '\n', '\t', "'", '=', 'é', '😀', ' ')
    const text = fc.string({ unit, minLength: 1, maxLength: 8 })
    const label = fc.constantFrom('x', 'y', '=z', '__proto__')
    const table = fc.array(fc.tuple(text, label), { minLength: 2, maxLength: 12 })
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 40 }), async (pairsIn, chunk) => {
        const csv = `string,class\n${pairsIn.map((pair) => pair.map(quoted).join(',')).join('\n')}\n`
        const source = memorySource(Buffer.from(csv), chunk)
        const done = await importSources(
          { train: source },
          { delimiter: ',', headerRow: 1, textColumn: 'string', labelColumn: 'class', splitColumn: null },
        )
        expect(pairs(done)).toEqual(pairsIn.map(([t, l]) => `${t} ${l}`).sort())
      }),
    )
  })
})

it('refuses options that are none', async () => {
  const path = file('o.csv', `string,valid\n${rows(6)}`)
  const options: object = { delimiter: '' }
  const error = await failure(previewFile(path, options))
  expect(error).toMatchObject({ code: 'bad-request' })
  expect(error.message).toContain('delimiter')
})

it('writes every stop of an import into its error', async () => {
  const error = await failure(importFiles({ train: file('two.csv', `string,valid\n"B"x,1\nA\0B,0\n`) }, {}))
  expect(error.message).toBe('Line 2: unexpected quote. 2 more problems were found. Nothing was imported.')
  const { problems } = error.detail as { problems: { code: string }[] }
  expect(problems.map((one) => one.code)).toEqual(expect.arrayContaining(['quote-stray', 'nul']))
  expect(codes(await previewFile(file('two.csv', 'string,valid\nB,1\nA,0\n'), {}))).not.toContain('nul')
})
