// Decides which columns hold text, label and split, and writes the decision down as options.
import {
  DEFAULT_TEST_FRACTION,
  type FilePreview,
  type ImportOptions,
  type ImportProblem,
} from '../../../shared/dataset.ts'
import { columnChoices } from './columns.ts'
import type { Roles } from './select.ts'

/** Choose the columns: the options win, then the suggestions; an unclear one is a problem with every column as choice. */
export function resolveRoles(
  preview: FilePreview,
  options: ImportOptions,
  hasTest: boolean,
): { roles: Roles | undefined; problems: ImportProblem[] } {
  const problems: ImportProblem[] = []
  const names = new Set(preview.columns.map(({ name }) => name))
  const text = options.textColumn ?? preview.suggested.textColumn
  let label = options.labelColumn === undefined ? preview.suggested.labelColumn : options.labelColumn
  const split = hasTest
    ? null
    : options.splitColumn === undefined
      ? preview.suggested.splitColumn
      : options.splitColumn
  for (const name of [text, label, split]) {
    if (name === null || names.has(name)) continue
    const message = `${preview.fileName} has no column '${name}'; it has ${[...names]
      .slice(0, 20)
      .map((one) => `'${one}'`)
      .join(', ')}.`
    problems.push({ code: 'no-such-column', severity: 'stop', message, column: name })
  }
  if (label === text) label = null
  if (text === null) {
    const choices = columnChoices(preview.columns, 'textColumn')
    problems.push({
      code: 'no-text-column',
      severity: 'stop',
      message: 'Which column holds the sequences?',
      choices,
    })
  }
  if (label === null && options.labelColumn !== null && preview.columns.length > 1) {
    const choices = columnChoices(
      preview.columns.filter(({ name }) => name !== text),
      'labelColumn',
    )
    const none = { label: 'Import without labels', options: { labelColumn: null } }
    problems.push({
      code: 'no-label-column',
      severity: 'stop',
      message: 'Which column holds the labels?',
      choices: [...choices, none],
    })
  } else if (label === null) {
    const message =
      'There are no labels: the sequences can be looked at, but no network can be trained to classify them.'
    problems.push({ code: 'unlabelled', severity: 'warning', message })
  }
  const usable = text !== null && problems.every(({ severity }) => severity !== 'stop')
  return { roles: usable ? { text, label, split } : undefined, problems }
}

/** Everything detected, written down, so that the same options read the same file in the same way without guessing. */
export function resolvedOptions(
  given: ImportOptions,
  preview: FilePreview,
  roles: Roles | undefined,
  drawn: boolean,
): ImportOptions {
  const { encoding, delimiter, quotes, headerRow, missing } = preview
  const chosen =
    roles === undefined ? {} : { textColumn: roles.text, labelColumn: roles.label, splitColumn: roles.split }
  const split = drawn
    ? { testFraction: given.testFraction ?? DEFAULT_TEST_FRACTION, splitSeed: given.splitSeed ?? 0 }
    : {}
  return {
    ...given,
    encoding,
    delimiter,
    quotes,
    headerRow,
    missing,
    tokens: given.tokens ?? 'characters',
    ...chosen,
    ...split,
  }
}

/** Options for the test file: the columns must be those of the training file. */
export function testOptions(options: ImportOptions, roles: Roles | undefined): ImportOptions {
  if (roles === undefined) return { ...options, splitColumn: null }
  return { ...options, textColumn: roles.text, labelColumn: roles.label, splitColumn: null }
}
