// What pruning saves and what it does not: weights, multiply-adds, file sizes, and the time of epochs as it was measured
// during the study. Pure.
import type { MeasuredCost, RunCost } from '../../../shared/cost.ts'
import { CELL_NAMES, type Cell } from '../../../shared/network.ts'
import type { RunRecord } from '../../../shared/results.ts'
import { savesTime } from '../cost.ts'
import { list, paragraph, type Block, type Table, type Text } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { bytes, count, duration, fixed, join, level, MISSING, moment, percent } from '../words.ts'

/** Sizes and times by architecture and share pruned. */
export function costs(input: ReportInput): Block[] {
  const { kind } = input.study.definition
  const groups = costGroups(input)
  if (groups.length === 0)
    return [paragraph('No run has finished an epoch yet, so there is nothing to count.')]
  return [
    paragraph(
      'Multiply-adds are those of the recurrent weights for one symbol of input: a dense implementation computes all of them, a sparse one only those of kept weights. The embedding is a look-up and the readout runs once for each sequence; neither is counted.',
    ),
    costTable(groups, kind),
    ...measuredBlocks(groups, kind),
    ...epochBlocks(groups, kind),
    list(remarks(groups, kind)),
  ]
}

interface CostGroup {
  cell: Cell
  percent: number // 0: dense
  costs: RunCost[]
  epochMs?: number // median over runs of the mean time of their training epochs
}

/** Base and structure runs as dense, pruned runs by level; over targets, criteria and seeds. */
function costGroups({ runs, costs: all }: ReportInput): CostGroup[] {
  const times = new Map(runs.map((run) => [run.id, epochTime(run)]))
  return [...Map.groupBy(all, ({ cell, percent: pruned }) => `${cell}|${pruned ?? 0}`).values()]
    .map((own): CostGroup => {
      const [{ cell, percent: pruned }] = own as [RunCost]
      const epochs = own.flatMap(({ runId }) => times.get(runId) ?? [])
      return {
        cell,
        percent: pruned ?? 0,
        costs: own,
        ...(epochs.length === 0 ? {} : { epochMs: median(epochs) }),
      }
    })
    .sort((a, b) => order(a.cell) - order(b.cell) || a.percent - b.percent)
}

const order = (cell: Cell) => Object.keys(CELL_NAMES).indexOf(cell)
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
const over = (costs: readonly RunCost[], of: (cost: RunCost) => number) => mean(costs.map(of))

function epochTime({ epochs }: RunRecord): number | undefined {
  const trained = epochs.filter(({ epoch }) => epoch > 0).map(({ elapsedMs }) => elapsedMs)
  return trained.length === 0 ? undefined : mean(trained)
}

type Kind = ReportInput['study']['definition']['kind']

/** A random structure is sparse by its graph; it has no dense counterpart in its study. */
function levelName(percentPruned: number, kind: Kind): string {
  if (percentPruned > 0) return level(percentPruned)
  return kind === 'structure' ? 'as wired' : 'dense'
}

const LEVEL_NOTE =
  'Pruned levels are means over targets and criteria, so a level of one matrix kind keeps more than its name says of all recurrent weights. '
const FILE_NOTE =
  'File dense: the safetensors file as stored. File sparse: the same without the pruned weights and with one bit for each weight of a masked matrix that says whether it is there; counted, not written by Lacuna.'

function costTable(groups: readonly CostGroup[], kind: Kind): Table {
  return {
    kind: 'table',
    caption: 'Weights, multiply-adds and file sizes, mean over the runs of each level',
    columns: [
      { name: 'architecture' },
      { name: 'pruned', align: 'right' },
      { name: 'runs', align: 'right' },
      { name: 'kept recurrent weights', align: 'right' },
      { name: 'multiply-adds dense', align: 'right' },
      { name: 'multiply-adds sparse', align: 'right' },
      { name: 'file dense', align: 'right' },
      { name: 'file sparse', align: 'right' },
    ],
    rows: groups.map(({ cell, percent: pruned, costs: own }) => {
      const [kept, recurrent] = [over(own, (c) => c.kept), over(own, (c) => c.recurrent)]
      return [
        CELL_NAMES[cell],
        levelName(pruned, kind),
        String(own.length),
        `${count(kept)} (${percent(kept / recurrent, 1)})`,
        count(over(own, (c) => c.multiplyAdds.dense)),
        count(over(own, (c) => c.multiplyAdds.sparse)),
        bytes(over(own, (c) => c.fileBytes.dense)),
        bytes(over(own, (c) => c.fileBytes.sparse)),
      ]
    }),
    note: `${kind === 'pruning' ? LEVEL_NOTE : ''}${FILE_NOTE}`,
  }
}

/** Times of the networks themselves, where they have been measured. */
function measuredBlocks(groups: readonly CostGroup[], kind: Kind): Block[] {
  const timed = groups.flatMap(({ costs: own, ...group }) => {
    const found = own.flatMap(({ measured }) => measured ?? [])
    return found.length === 0 ? [] : [{ ...group, found }]
  })
  if (timed.length === 0) return []
  const of = (found: readonly MeasuredCost[], one: (m: MeasuredCost) => number) =>
    duration(median(found.map(one)))
  const column = (name: string) => ({ name, align: 'right' as const })
  return [
    {
      kind: 'table',
      caption: 'Measured time of a training step and of one sequence alone, median over the runs measured',
      columns: [
        { name: 'architecture' },
        ...['pruned', 'runs measured', 'step in full', 'step with mask'].map(column),
        ...['sequence in full', 'sequence with mask'].map(column),
      ],
      rows: timed.map(({ cell, percent: pruned, found }) => [
        CELL_NAMES[cell],
        levelName(pruned, kind),
        String(found.length),
        of(found, (m) => m.stepMs.dense),
        of(found, (m) => m.stepMs.sparse),
        of(found, (m) => m.inferenceMs.dense),
        of(found, (m) => m.inferenceMs.sparse),
      ]),
      note: measuredNote(timed.flatMap(({ found }) => found)),
    },
  ]
}

/** How and where the times were measured. */
function measuredNote(found: readonly MeasuredCost[]): string {
  const each = (one: (m: MeasuredCost) => string | number) => join([...new Set(found.map(one))])
  const last = found
    .map(({ measuredAt }) => measuredAt)
    .sort()
    .at(-1)
  return `Weights and masks of the runs themselves, a batch of ${each((m) => m.batchSize)} sequences; in full: the same weights without their mask, zeros computed like other numbers. Engine ${each((m) => m.engine)}; processor ${each((m) => m.processor)}; last measured ${moment(last)}.`
}

/** Times of whole epochs, as the study itself took them. */
function epochBlocks(groups: readonly CostGroup[], kind: Kind): Block[] {
  const timed = groups.filter(({ epochMs }) => epochMs !== undefined)
  if (timed.length === 0) return []
  const dense = new Map(timed.filter((g) => g.percent === 0).map((g) => [g.cell, g.epochMs!]))
  return [
    {
      kind: 'table',
      caption: 'Time of an epoch (training and testing) as measured during the study, median over runs',
      columns: [
        { name: 'architecture' },
        { name: 'pruned', align: 'right' },
        { name: 'runs', align: 'right' },
        { name: 'time of an epoch', align: 'right' },
        ...(kind === 'pruning' ? [{ name: 'relative to dense', align: 'right' as const }] : []),
      ],
      rows: timed.map((g) => {
        const whole = dense.get(g.cell)
        return [
          CELL_NAMES[g.cell],
          levelName(g.percent, kind),
          String(g.costs.length),
          duration(g.epochMs!),
          ...(kind === 'pruning' ? [whole === undefined ? MISSING : `${fixed(g.epochMs! / whole)} ×`] : []),
        ]
      }),
      note: 'Measured while other runs of the study may have been computed on the same machine.',
    },
  ]
}

function remarks(groups: readonly CostGroup[], kind: Kind): Text[] {
  const sentences = groups.flatMap(({ costs: own }) =>
    own.flatMap(({ title, sentence }) => (sentence === null ? [] : [`${title}: ${sentence}`])),
  )
  return [
    ...epochRemarks(groups),
    ...shortened(sentences),
    ...(sentences.length === 0 ? [unmeasured(kind)] : []),
  ]
}

/** What the epochs of the study say of its highest level. */
function epochRemarks(groups: readonly CostGroup[]): string[] {
  return [...Map.groupBy(groups, ({ cell }) => cell)].flatMap(([cell, own]) => {
    const dense = own.find((g) => g.percent === 0)?.epochMs
    const highest = own.findLast((g) => g.percent > 0 && g.epochMs !== undefined)
    if (dense === undefined || highest?.epochMs === undefined) return []
    const share = `an epoch at ${level(highest.percent)} pruned took ${fixed(highest.epochMs / dense)} times as long as a dense one`
    return savesTime({ dense, sparse: highest.epochMs })
      ? [`${CELL_NAMES[cell]}: ${share}.`]
      : [`${CELL_NAMES[cell]}: ${share}; the mask saves no time here.`]
  })
}

/** Sentences of single runs that a section holds; the table has them all. */
const SENTENCES = 12

function shortened(sentences: readonly string[]): string[] {
  const more = sentences.length - SENTENCES
  if (more <= 0) return [...sentences]
  return [...sentences.slice(0, SENTENCES), `${count(more)} more measured runs are in the table.`]
}

function unmeasured(kind: Kind): Text {
  return [
    `The time of a single training step and of inference was not measured for these ${kind === 'structure' ? 'structures' : 'runs'}; the cost panel of the comparison measures it for a run, `,
    { code: 'lacuna bench' },
    ' for models of any size.',
  ]
}
