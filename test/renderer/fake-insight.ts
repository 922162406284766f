// The requests about what pruning did, for the fake workbench: real masks and weights, looked at as the workbench does;
// answers are drawn so that they fit the accuracies of the runs. Deterministic.
import { sequenceKinds } from '../../src/main/data/sequence-kinds.ts'
import { weightInsight } from '../../src/main/prune/insight.ts'
import { compareAnswers } from '../../src/main/stats/outcomes.ts'
import type { Handlers } from '../../src/shared/contract.ts'
import type { Sequence } from '../../src/shared/dataset.ts'
import type { Outcomes, PruningInsight } from '../../src/shared/insight.ts'
import type { RunRecord } from '../../src/shared/results.ts'
import type { FakeNetworks, StructureSource } from './fake-structures.ts'
import { dice } from './support/fake-data.ts'

type Asked = { run: string; epoch?: number | undefined }

export function fakeInsights(source: StructureSource, networks: FakeNetworks) {
  function baseOf(run: RunRecord): RunRecord | undefined {
    return source.study(run.studyId).runs.find(({ spec }) => spec.key === run.spec.base)
  }
  const accuracyAt = (run: RunRecord, epoch: number) =>
    run.epochs.find((record) => record.epoch === epoch)?.test.accuracy ?? null

  function show(args: Asked): PruningInsight {
    const { run, epoch } = networks.moment(args)
    const base = baseOf(run)
    const { definition } = source.study(run.studyId)
    const { before, ...weights } = networks.at(run, epoch)
    const targets =
      run.spec.prune !== undefined
        ? [run.spec.prune.target]
        : definition.kind === 'pruning'
          ? definition.prune.targets
          : []
    return {
      runId: run.id,
      studyId: run.studyId,
      baseId: base?.id ?? null,
      title: networks.titleOf(run),
      cell: run.spec.cell,
      percent: run.spec.prune?.percent ?? null,
      epoch,
      epochs: { available: networks.epochsOf(run), all: run.spec.epochs + 1 },
      accuracy: {
        before: base === undefined ? null : (base.epochs.at(-1)?.test.accuracy ?? null),
        after: accuracyAt(run, epoch),
      },
      ...weightInsight({ ...weights, before: base === undefined ? undefined : before }, targets),
    }
  }

  /** A network that is right as often as it should be; what it gets wrong depends on the sequence and its kind. */
  function answers(test: readonly Sequence[], accuracy: number, key: string): Uint16Array {
    const own = dice([...key].reduce((sum, c) => (Math.imul(sum, 31) + c.charCodeAt(0)) | 0, 7))
    const shared = dice(11)
    const hardness = ({ label, corruption }: Sequence) =>
      corruption === 'swap' || corruption === 'wrong-branch' ? 2.2 : label === 1 ? 0.4 : 1.1
    const mean = test.reduce((sum, sequence) => sum + hardness(sequence), 0) / test.length
    return Uint16Array.from(test, (sequence) => {
      const mostly = shared()
      const luck = own() < 0.1 ? own() : mostly // two networks err on much the same sequences
      return luck < ((1 - accuracy) * hardness(sequence)) / mean ? 1 - sequence.label : sequence.label
    })
  }

  async function outcomes({ task, ...asked }: Asked & { task: string }): Promise<Outcomes> {
    const { run, epoch } = networks.moment(asked)
    const base = baseOf(run)
    const { dataset, test } = source.dataset(source.study(run.studyId).definition.dataset)
    await source.work(task, test.length * (base === undefined ? 1 : 2))
    const { classes } = dataset
    const content = { tokens: dataset.tokens, classes, train: [], test }
    const { kinds, note, kindOf, known } = sequenceKinds(content, dataset.source.kind === 'reber')
    const of = (one: RunRecord, at: number) => answers(test, accuracyAt(one, at) ?? 0.5, one.spec.key)
    const table = compareAnswers(
      {
        classes,
        kinds,
        asked: test.map((sequence, index) => ({
          index,
          text: sequence.text,
          truth: sequence.label,
          kind: kindOf(sequence),
        })),
        before: base && of(base, base.epochs.at(-1)!.epoch),
        after: of(run, epoch),
      },
      known,
    )
    const { layers } = show(asked)
    return {
      runId: run.id,
      baseId: base?.id ?? null,
      epoch,
      classes,
      ...table,
      note: null,
      groupsNote: note,
      silent: {
        sequences: 100,
        layers: layers.map(({ layer, units, dead }) => ({
          layer,
          units,
          constant: [...dead.map(({ unit }) => unit), ...(run.spec.prune && units > 8 ? [units - 3] : [])],
        })),
      },
    }
  }

  return {
    'insight/show': async (args) => Promise.resolve(show(args)),
    'insight/outcomes': outcomes,
  } satisfies Partial<Handlers>
}
