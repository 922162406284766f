// Makes a dataset's content of selected rows and says what is odd about it. Reads nothing.
import {
  DEFAULT_TEST_FRACTION,
  IMPORT_LIMITS,
  UNLABELLED,
  type ImportOptions,
  type ImportPreview,
  type ImportProblem,
  type Sequence,
  type Sequences,
} from '../../../shared/dataset.ts'
import { splitByFraction } from '../split.ts'
import { orderClasses } from '../text-order.ts'
import { count, plural } from './problems.ts'
import type { Roles, SelectedRow } from './select.ts'

/** Say what is odd about the classes. */
export function classProblems(content: Sequences): ImportProblem[] {
  const problems: ImportProblem[] = []
  const { classes, train, test } = content
  if (classes.length > IMPORT_LIMITS.classes) {
    const message = `The label column has ${count(classes.length)} distinct values; at most ${count(IMPORT_LIMITS.classes)} classes are possible. Choose another column.`
    problems.push({ code: 'too-many-classes', severity: 'stop', message })
  }
  const trained = new Set(train.map(({ label }) => label))
  const unseen = [...new Set(test.map(({ label }) => label))].filter((label) => !trained.has(label))
  if (unseen.length > 0 && train.length > 0) {
    const message = `${plural(unseen.length, 'class', 'classes')} occur in test only: ${unseen
      .slice(0, 5)
      .map((k) => `'${classes[k]}'`)
      .join(', ')}.`
    problems.push({ code: 'class-only-in-test', severity: 'warning', message })
  }
  if (classes.length === 1 && classes[0] !== UNLABELLED)
    problems.push({
      code: 'one-class',
      severity: 'warning',
      message: `Every sequence has the label '${classes[0]}'.`,
    })
  return problems
}

/** Say how train and test were told apart and whether they overlap; `blocked`: a stop was found before. */
export function splitProblems(
  { train, test }: Sequences,
  drawn: boolean,
  blocked: boolean,
  options: ImportOptions,
): ImportProblem[] {
  const total = train.length + test.length
  if (train.length === 0) {
    const message = 'No sequence is left for training; choose other columns, rows or files.'
    return blocked ? [] : [{ code: 'nothing-to-train', severity: 'stop', message }]
  }
  if (total === 1)
    return [{ code: 'one-row', severity: 'warning', message: '1 row: too few to split into train and test.' }]
  const problems: ImportProblem[] = []
  if (drawn) {
    const message = `${count(test.length)} of ${plural(total, 'sequence')} ${test.length === 1 ? 'is' : 'are'} held out for testing, drawn by class with seed ${options.splitSeed ?? 0}.`
    problems.push({ code: 'split-drawn', severity: 'note', message })
  }
  const texts = new Set(train.map(({ text }) => text))
  const overlap = test.filter(({ text }) => texts.has(text)).length
  if (overlap > 0) {
    const message = `${plural(overlap, 'test sequence also occurs', 'test sequences also occur')} in train: test accuracy will look better than it is.`
    problems.push({ code: 'overlap', severity: 'warning', message, count: overlap })
  }
  return problems
}

/** Number the labels and put every row into its split. */
export function toContent(
  train: SelectedRow[],
  test: SelectedRow[] | undefined,
  roles: Roles,
  options: ImportOptions,
): Sequences {
  const all = test === undefined ? train : [...train, ...test]
  const classes = orderClasses(new Set(all.map(({ label }) => label ?? UNLABELLED)))
  const ids = new Map(classes.map((name, id) => [name, id]))
  const toSequence = ({ text, label }: SelectedRow): Sequence => ({
    text,
    label: ids.get(label ?? UNLABELLED)!,
  })
  const tokens = options.tokens ?? 'characters'
  if (test !== undefined) return { tokens, classes, train: train.map(toSequence), test: test.map(toSequence) }
  const sequences = train.map(toSequence)
  if (roles.split !== null) {
    const part = (wanted: string) => sequences.filter((_, k) => train[k]!.split === wanted)
    return { tokens, classes, train: part('train'), test: part('test') }
  }
  const labels = sequences.map(({ label }) => label)
  const fraction = sequences.length < 2 ? 0 : (options.testFraction ?? DEFAULT_TEST_FRACTION)
  const { kept, held } = splitByFraction(labels, fraction, options.splitSeed ?? 0, 'test')
  return {
    tokens,
    classes,
    train: Array.from(kept, (k) => sequences[k]!),
    test: Array.from(held, (k) => sequences[k]!),
  }
}

/** Count what would be imported. */
export function willImport(content: Sequences, dropped: number): ImportPreview['willImport'] {
  const counts = (rows: readonly Sequence[]) => {
    const n = new Array<number>(content.classes.length).fill(0)
    for (const { label } of rows) n[label] = n[label]! + 1
    return n
  }
  const [train, test] = [counts(content.train), counts(content.test)]
  return {
    sequences: content.train.length + content.test.length,
    train: content.train.length,
    test: content.test.length,
    dropped,
    classes: content.classes.slice(0, 200).map((name, k) => ({ name, train: train[k]!, test: test[k]! })),
  }
}
