// Import previews as the workbench would give them: a clean file, and one with problems (its name says "broken").
import type { FilePreview, ImportOptions, ImportPreview, ImportProblem } from '../../../src/shared/dataset.ts'
import { makeSequences } from './fake-data.ts'

const RAGGED: ImportProblem = {
  code: 'ragged-rows',
  severity: 'stop',
  message: '3 rows have fewer cells than the 3 columns of the header; choose what to do with them.',
  line: 412,
  count: 3,
  places: [
    { line: 412, raw: '411,BTSXXTTVPSE' },
    { line: 1203, raw: '1202,BPVVE' },
    { line: 8812, raw: '8811,<img src=x onerror=alert(1)>' },
  ],
  choices: [
    { label: 'Treat the missing cells as missing', options: { raggedRows: 'missing' } },
    { label: 'Drop these rows', options: { raggedRows: 'drop' }, example: '18 747 rows remain' },
  ],
}

const MISSING: ImportProblem = {
  code: 'missing-values',
  severity: 'warning',
  message: '2 rows have no label; they are left out.',
  line: 77,
  count: 2,
  places: [{ line: 77, column: 'label', raw: '76,BTXSE,' }],
}

const UTF16: ImportProblem = {
  code: 'encoding',
  severity: 'note',
  message: 'A byte order mark was found and left out of the first column name.',
}

function file(fileName: string, rows: number, seed: number, problems: ImportProblem[]): FilePreview {
  const sequences = makeSequences(20, seed)
  const column = (
    index: number,
    name: string,
    kind: 'index' | 'text' | 'label',
    distinct: number,
    examples: string[],
  ) => ({
    index,
    name,
    kind,
    distinct,
    missing: kind === 'label' ? 2 : 0,
    missingSpellings: [],
    examples,
    notes: [],
  })
  return {
    fileName,
    bytes: rows * 43,
    sha256: 'ab'.repeat(32),
    encoding: 'utf-8',
    byteOrderMark: true,
    delimiter: ',',
    quotes: 'standard',
    lineEnds: 'crlf',
    headerRow: 1,
    missing: ['', 'NA'],
    columns: [
      column(0, 'column 1', 'index', rows, ['0', '1', '2']),
      column(
        1,
        'reber',
        'text',
        10_001,
        sequences.slice(0, 3).map(({ text }) => text),
      ),
      column(2, 'label', 'label', 2, ['0', '1']),
    ],
    rows: sequences.map(({ text, label }, i) => ({
      line: i + 2,
      cells: [String(i), text, i === 9 ? null : String(label)],
    })),
    totalRows: rows,
    suggested: { textColumn: 'reber', labelColumn: 'label', splitColumn: null },
    problems,
  }
}

export function fakePreview(
  trainName: string,
  testName: string | undefined,
  options: ImportOptions,
): ImportPreview {
  const broken = /broken/.test(trainName)
  const stops = broken && options.raggedRows === undefined ? [RAGGED] : []
  const problems = broken ? [...stops, MISSING, UTF16] : [UTF16]
  const dropped = broken ? (options.raggedRows === 'drop' ? 5 : 2) : 0
  return {
    train: file(trainName, 18_750, 3, problems),
    ...(testName === undefined ? {} : { test: file(testName, 6250, 4, []) }),
    options: {
      textColumn: 'reber',
      labelColumn: 'label',
      splitColumn: null,
      tokens: 'characters',
      encoding: 'utf-8',
      delimiter: ',',
      headerRow: 1,
      ...options,
    },
    problems,
    canImport: stops.length === 0,
    willImport: {
      sequences: 25_000 - dropped,
      train: 18_750 - dropped,
      test: 6250,
      dropped,
      classes: [
        { name: '0', train: 9411 - dropped, test: 3089 },
        { name: '1', train: 9339, test: 3161 },
      ],
    },
  }
}
