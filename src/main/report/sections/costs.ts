// What pruning saves and what it does not: weights, multiply-adds, file sizes, and the time of epochs as it was measured
// during the study. Pure.
import { CELL_NAMES, type Cell } from '../../../shared/network.ts'
import type { RunRecord } from '../../../shared/results.ts'
import { list, paragraph, type Block, type Table, type Text } from '../document.ts'
import type { ReportInput } from '../input.ts'
import { bytes, count, duration, fixed, level, MISSING, percent } from '../words.ts'

/** Bytes of a kept weight in a compressed-row file: the value as float32 and its column as 16-bit integer. */
const SPARSE_BYTES = 4 + 2

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
    ...timeBlocks(groups, kind),
    list(remarks(groups)),
  ]
}

interface CostGroup {
  cell: Cell
  percent: number // 0: dense
  runs: number
  kept: number // mean over runs
  recurrent: number
  parameters: number
  denseFile?: number // bytes as stored
  epochMs?: number // median over runs of the mean time of their training epochs
}

/** Base and structure runs as dense, pruned runs by level; means over targets, criteria and seeds. */
function costGroups({ runs, sizes }: ReportInput): CostGroup[] {
  const measured = runs.filter((r) => r.epochs.length > 0 && r.recurrentWeights !== undefined)
  const weightsOf = new Map(sizes.map((s) => [s.runId, s.weights]))
  const groups = Map.groupBy(measured, (r) => `${r.spec.cell}|${r.spec.prune?.percent ?? 0}`)
  return [...groups.values()]
    .map((group): CostGroup => {
      const [{ spec }] = group as [RunRecord]
      const files = group.flatMap((r) => weightsOf.get(r.id) ?? [])
      const times = group.flatMap((r) => epochTime(r) ?? []).sort((a, b) => a - b)
      return {
        cell: spec.cell,
        percent: spec.prune?.percent ?? 0,
        runs: group.length,
        kept: mean(group.map((r) => r.epochs.at(-1)!.nonzeros)),
        recurrent: mean(group.map((r) => r.recurrentWeights!)),
        parameters: mean(group.map((r) => r.parameters ?? r.recurrentWeights!)),
        ...(files.length === 0 ? {} : { denseFile: mean(files) }),
        ...(times.length === 0 ? {} : { epochMs: times[Math.floor(times.length / 2)]! }),
      }
    })
    .sort((a, b) => order(a.cell) - order(b.cell) || a.percent - b.percent)
}

const order = (cell: Cell) => Object.keys(CELL_NAMES).indexOf(cell)
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length

function epochTime({ epochs }: RunRecord): number | undefined {
  const trained = epochs.filter(({ epoch }) => epoch > 0).map(({ elapsedMs }) => elapsedMs)
  return trained.length === 0 ? undefined : mean(trained)
}

/** Compressed-row file: kept weights with their columns, everything that is never pruned as it is. */
function sparseFile({ kept, recurrent, parameters }: CostGroup): number {
  return kept * SPARSE_BYTES + (parameters - recurrent) * 4
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
  'File dense: the safetensors file as stored. File sparse: computed for a compressed-row file (4 bytes for each value, 2 for its column); not written by Lacuna.'

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
    rows: groups.map((g) => [
      CELL_NAMES[g.cell],
      levelName(g.percent, kind),
      String(g.runs),
      `${count(g.kept)} (${percent(g.kept / g.recurrent, 1)})`,
      count(g.recurrent),
      count(g.kept),
      g.denseFile === undefined ? MISSING : bytes(g.denseFile),
      bytes(sparseFile(g)),
    ]),
    note: `${kind === 'pruning' ? LEVEL_NOTE : ''}${FILE_NOTE}`,
  }
}

function timeBlocks(groups: readonly CostGroup[], kind: Kind): Block[] {
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
          String(g.runs),
          duration(g.epochMs!),
          ...(kind === 'pruning' ? [whole === undefined ? MISSING : `${fixed(g.epochMs! / whole)} ×`] : []),
        ]
      }),
      note: 'Measured while other runs of the study may have been computed on the same machine.',
    },
  ]
}

/** A mask saves time only where the epoch is clearly shorter: below this share of the dense time. */
const CLEARLY_SHORTER = 0.9

function remarks(groups: readonly CostGroup[]): Text[] {
  const saving = [...Map.groupBy(groups, ({ cell }) => cell)].flatMap(([cell, own]) => {
    const dense = own.find((g) => g.percent === 0)?.epochMs
    const highest = own.findLast((g) => g.percent > 0 && g.epochMs !== undefined)
    if (dense === undefined || highest?.epochMs === undefined) return []
    const ratio = highest.epochMs / dense
    const share = `an epoch at ${level(highest.percent)} pruned took ${fixed(ratio)} times as long as a dense one`
    return ratio < CLEARLY_SHORTER
      ? [`${CELL_NAMES[cell]}: ${share}.`]
      : [`${CELL_NAMES[cell]}: ${share}; the mask saves no time here.`]
  })
  return [
    ...saving,
    [
      'The time of a single training step and of inference was not measured in this study; ',
      { code: 'lacuna bench' },
      ' measures them.',
    ],
  ]
}
