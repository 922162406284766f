// How an epoch record becomes a row and back. Refuses numbers that are not finite: a run that meets one has diverged,
// and says so in its state.
import { LacunaError } from '../../shared/errors.ts'
import type { EpochRecord, SplitScore } from '../../shared/results.ts'

/** Columns in the order in which `toValues` gives them. */
const EPOCH_COLUMNS = [
  'epoch',
  ...['train', 'validation', 'test'].flatMap((s) => [
    `${s}_total`,
    `${s}_correct`,
    `${s}_loss`,
    `${s}_loss_sum`,
  ]),
  'nonzeros',
  'elapsed_ms',
] as const

/** The columns as a list, to be read. */
export const EPOCHS = EPOCH_COLUMNS.join(', ')

/** Stores an epoch: the id of its run, then the values. */
export const INSERT_EPOCH = `INSERT INTO epochs (run_id, ${EPOCHS}) VALUES (?${', ?'.repeat(EPOCH_COLUMNS.length)})`

type Value = number | null

/**
 * Flatten a record into the values of EPOCH_COLUMNS.
 * @throws LacunaError diverged when a number is NaN or infinite
 */
export function toValues(record: EpochRecord): Value[] {
  const values = [
    record.epoch,
    ...fromScore(record.train),
    ...fromScore(record.validation),
    ...fromScore(record.test),
    record.nonzeros,
    record.elapsedMs,
  ]
  const bad = values.findIndex((v) => v !== null && !Number.isFinite(v))
  if (bad >= 0) {
    throw new LacunaError(
      'diverged',
      `Epoch ${record.epoch} has ${String(values[bad])} as ${EPOCH_COLUMNS[bad]!}; only finite numbers are stored.`,
    )
  }
  return values
}

/** Rebuild a record from the values of EPOCH_COLUMNS. */
export function fromValues(values: readonly Value[]): EpochRecord {
  const train = toScore(values, 1)
  const validation = toScore(values, 5)
  return {
    epoch: values[0]!,
    ...(train === undefined ? {} : { train }),
    ...(validation === undefined ? {} : { validation }),
    test: toScore(values, 9)!, // NOT NULL in the schema
    nonzeros: values[13]!,
    elapsedMs: values[14]!,
  }
}

function fromScore(score: SplitScore | undefined): Value[] {
  return score === undefined
    ? [null, null, null, null]
    : [score.total, score.correct, score.loss, score.lossSum]
}

function toScore(values: readonly Value[], at: number): SplitScore | undefined {
  const [total, correct, loss, lossSum] = values.slice(at, at + 4)
  if (total === null || total === undefined) return undefined
  return {
    total,
    correct: correct!,
    accuracy: total === 0 ? 0 : correct! / total,
    loss: loss!,
    lossSum: lossSum!,
  }
}
