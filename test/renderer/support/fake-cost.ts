// The cost requests of the fake workbench: counted from the runs, "measured" by a rule, so that every state can be seen.
import type { Handlers } from '../../../src/shared/contract.ts'
import type { MeasuredCost, RunCost } from '../../../src/shared/cost.ts'
import { LacunaError } from '../../../src/shared/errors.ts'
import type { Cell } from '../../../src/shared/network.ts'
import { runTitle, type RunRecord } from '../../../src/shared/results.ts'

export interface FakeCostParts {
  run: (id: string) => RunRecord // throws not-found
  work: (task: string, total: number) => Promise<void>
  engine: boolean // there is one
}

const GATES: Record<Cell, number> = { 'rnn-tanh': 1, 'rnn-relu': 1, lstm: 4, gru: 3 }

function countsOf({ spec, epochs, recurrentWeights }: RunRecord) {
  const recurrent = recurrentWeights ?? 30_000
  const kept = epochs.at(-1)?.nonzeros ?? Math.round(recurrent * (1 - (spec.prune?.percent ?? 0) / 100))
  return { recurrent, kept: Math.min(kept, recurrent) }
}

function costOf(run: RunRecord, measured: MeasuredCost | null): RunCost {
  const { spec } = run
  const { recurrent, kept } = countsOf(run)
  const parameters = run.parameters ?? recurrent + 13_000
  return {
    runId: run.id,
    studyId: run.studyId,
    title: runTitle(spec),
    cell: spec.cell,
    percent: spec.prune?.percent ?? null,
    parameters,
    recurrent,
    kept,
    multiplyAdds: { dense: recurrent, sparse: kept },
    fileBytes: {
      dense: parameters * 4 + 1200,
      sparse: (parameters - recurrent + kept) * 4 + Math.ceil(recurrent / 8) + 1200,
    },
    measured,
    sentence: measured === null ? null : sentenceOf(measured, kept / recurrent),
  }
}

function sentenceOf({ stepMs }: MeasuredCost, share: number): string {
  const gone = `${Math.round((1 - share) * 100)} % of the recurrent weights are pruned`
  return stepMs.dense / stepMs.sparse < 1 / 0.9
    ? `${gone}, but the mask saves no time on this machine.`
    : `${gone}, and a training step takes ${((1 - stepMs.sparse / stepMs.dense) * 100).toFixed(0)} % less time.`
}

/** Slower below half, faster above: the sum of a fixed price and of what is computed. */
function measure(run: RunRecord): MeasuredCost {
  const { recurrent, kept } = countsOf(run)
  const dense = 0.4 + GATES[run.spec.cell] * 0.35
  const sparse = dense * (0.62 + 0.43 * (kept / recurrent))
  return {
    engine: 'fused 0.1.0, avx512, 2 threads',
    threads: 2,
    processor: 'AMD Ryzen 7 7840U',
    measuredAt: '2026-11-23T10:00:00Z',
    batchSize: 32,
    stepMs: { dense, sparse },
    inferenceMs: { dense: dense / 9, sparse: (dense / 9) * (0.85 + 0.22 * (kept / recurrent)) },
  }
}

/** Build the handlers; measurements are kept as long as the fake lives. */
export function fakeCosts({ run, work, engine }: FakeCostParts) {
  const measured = new Map<string, MeasuredCost>()
  return {
    'cost/show': async ({ runs }) =>
      Promise.resolve({ costs: runs.map((id) => costOf(run(id), measured.get(id) ?? null)) }),
    'cost/measure': async ({ run: id, task }) => {
      const record = run(id)
      if (!engine)
        throw new LacunaError(
          'engine-unavailable',
          'The fused engine could not be loaded, so nothing can be timed; run npm rebuild lacuna-native.',
        )
      await work(task, 40)
      if (record.spec.seed === 5)
        throw new LacunaError('item-damaged', `The weights of ${id} do not match their checksum.`)
      const found = measure(record)
      measured.set(id, found)
      return costOf(record, found)
    },
  } satisfies Partial<Handlers>
}
