// The structure view's requests for the fake workbench: real networks, real drawings and real traces of weights that were
// never trained, but look like it. Deterministic.
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import type { Masks, Parameters as Weights } from '../../src/main/engine/engine.ts'
import { layeringOf } from '../../src/main/graph/layering.ts'
import { sampleGraph } from '../../src/main/graph/sample.ts'
import type { NetworkWeights } from '../../src/main/graph/view-blocks.ts'
import { exportLiveGraph } from '../../src/main/graph/view-export.ts'
import { drawNetwork, type DrawOptions } from '../../src/main/graph/view.ts'
import { networkOf } from '../../src/main/graph/wiring.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import type { Handlers } from '../../src/shared/contract.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { CELL_NAMES, stackedNetwork, type NetworkDescription } from '../../src/shared/network.ts'
import { runTitle, type RunRecord } from '../../src/shared/results.ts'
import type { StructureTrace, StructureView } from '../../src/shared/structure-view.ts'
import type { StudyDefinition } from '../../src/shared/study.ts'
import type { FakeDataset } from './support/fake-data.ts'

const ALPHABET = ' ABEKPQSTVXZ'

export interface StructureSource {
  run: (id: string) => RunRecord
  study: (id: string) => { name: string; definition: StudyDefinition; runs: RunRecord[] }
  dataset: (id: string) => FakeDataset
  work: (task: string, total: number) => Promise<void>
}

interface Known extends NetworkWeights {
  drawn?: DrawOptions['drawn']
}

/** Heavier tails than at the start, as training gives them. */
function trained(network: NetworkDescription, seed: string): Weights {
  const start = initialParameters(network, seed)
  for (const [name, values] of start) {
    if (name === 'embedding.weight') continue
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    for (let i = 0; i < values.length; i++) values[i] = values[i]! * (0.6 + 4.5 * (values[i]! / largest) ** 8)
  }
  return start
}

function between(from: Weights, to: Weights, share: number): Weights {
  return new Map(
    [...from].map(([name, a]) => [
      name,
      a.map((value, i) => value * (1 - share) + to.get(name)![i]! * share),
    ]),
  ) as Weights
}

/** The networks of all runs at every moment. */
export function fakeNetworks(source: StructureSource) {
  const replayed = new Set<string>()
  const bases = new Map<string, Known>()

  /** The network of a run as it begins and as it ends, without pruning. */
  function unpruned(run: RunRecord): Known & { start: Weights } {
    const study = source.study(run.studyId)
    const made = networkFor(study.definition, run)
    const key = run.spec.base ?? run.spec.key
    const known = bases.get(`${run.studyId} ${key}`) ?? {
      ...made,
      parameters: trained(made.network, `${key} end`),
    }
    bases.set(`${run.studyId} ${key}`, known)
    return { ...known, start: initialParameters(made.network, key) }
  }

  function at(run: RunRecord, epoch: number): Known {
    const { network, parameters, masks, structure, drawn, start } = unpruned(run)
    const share = 1 - Math.exp(-(epoch + 1) / 5)
    const { prune } = run.spec
    if (prune === undefined)
      return { network, parameters: between(start, parameters, share), masks, structure, drawn }
    const pruned = pruneMasks(network, parameters, { ...prune, seed: run.spec.seed })
    const later = between(parameters, trained(network, run.spec.key), 0.25 * (epoch / (epoch + 4)))
    return { network, parameters: later, masks: pruned, before: parameters }
  }

  function epochsOf(run: RunRecord): number[] {
    const done = run.epochs.at(-1)?.epoch ?? -1
    const first = run.spec.kind === 'pruned' ? 0 : -1
    const all = Array.from({ length: done - first + 1 }, (_, i) => first + i)
    return replayed.has(run.id) ? all : all.filter((epoch) => epoch === first || epoch === done)
  }

  function moment(args: { run: string; epoch?: number | undefined }): { run: RunRecord; epoch: number } {
    const run = source.run(args.run)
    if (run.state === 'queued')
      throw new LacunaError('not-found', `The run ${run.id} has not begun; it has no weights yet.`)
    const epochs = epochsOf(run)
    const epoch = args.epoch ?? epochs.at(-1)!
    if (!epochs.includes(epoch))
      throw new LacunaError(
        'not-found',
        `The weights of epoch ${epoch} are not stored; those of ${epochs.join(', ')} are.`,
      )
    return { run, epoch }
  }

  function titleOf(run: RunRecord): string {
    return `${CELL_NAMES[run.spec.cell]}, ${runTitle(run.spec)}`
  }

  return { at, moment, epochsOf, titleOf, replayed }
}
export type FakeNetworks = ReturnType<typeof fakeNetworks>

export function fakeStructures(source: StructureSource, networks: FakeNetworks) {
  const { at, moment, epochsOf, titleOf, replayed } = networks

  function show(args: ArgsOf<'structure/show'>): StructureView {
    const { run, epoch } = moment(args)
    const other = args.against === undefined ? undefined : moment(args.against)
    const weights = at(run, epoch)
    const { definition } = source.study(run.studyId)
    const { against, ...drawing } = drawNetwork(weights, {
      gate: args.gate,
      classes: source.dataset(definition.dataset).dataset.classes,
      drawn: weights.drawn,
      against: other && at(other.run, other.epoch),
    })
    const record = run.epochs.find((one) => one.epoch === epoch)
    return {
      runId: run.id,
      studyId: run.studyId,
      title: titleOf(run),
      cell: run.spec.cell,
      epoch,
      epochs: { available: epochsOf(run), all: run.spec.epochs + 1 },
      accuracy: record?.test.accuracy ?? null,
      ...drawing,
      against:
        against === null || other === undefined
          ? null
          : { runId: other.run.id, title: titleOf(other.run), epoch: other.epoch, ...against },
    }
  }

  function trace(args: ArgsOf<'structure/trace'>): StructureTrace {
    const { run, epoch } = moment(args)
    const { dataset, test, train } = source.dataset(source.study(run.studyId).definition.dataset)
    const sequence =
      'text' in args.sequence
        ? { text: args.sequence.text, label: null }
        : (args.sequence.split === 'test' ? test : train)[args.sequence.index]
    if (sequence === undefined) throw new LacunaError('not-found', 'There is no such sequence in the split.')
    const unknown = [...sequence.text].find((letter) => !ALPHABET.includes(letter))
    if (unknown !== undefined)
      throw new LacunaError(
        'bad-request',
        `The letter ${unknown} does not occur in the training split; the network cannot read it.`,
      )
    const { network, parameters, masks } = at(run, epoch)
    const model = oracleEngine.create(network, { parameters, masks })
    const found = model.trace(Uint16Array.from([...sequence.text], (letter) => ALPHABET.indexOf(letter)))
    model.dispose()
    const highest = Math.max(...found.logits)
    const shares = [...found.logits].map((logit) => Math.exp(logit - highest))
    const sum = shares.reduce((a, b) => a + b, 0)
    const best = shares.indexOf(Math.max(...shares))
    return {
      runId: run.id,
      epoch,
      symbols: [...sequence.text],
      text: sequence.text,
      ...(network.padding === 'mask' ? {} : { note: 'Nothing is padded here.' }),
      truth: sequence.label === null ? null : dataset.classes[sequence.label]!,
      predicted: dataset.classes[best]!,
      probabilities: shares.map((share, i) => ({ name: dataset.classes[i]!, value: share / sum })),
      units: network.layers.map(({ size }) => size),
      cells: found.cells.map(({ layer, cell, h, c, gates }) => ({
        layer,
        cell,
        h: [...h],
        ...(c === undefined ? {} : { c: [...c] }),
        gates: Object.fromEntries(Object.entries(gates).map(([name, values]) => [name, [...values]])),
      })),
    }
  }

  return {
    'structure/show': async (args) => Promise.resolve(show(args)),
    'structure/trace': async (args) => Promise.resolve(trace(args)),
    'structure/replay': async ({ run: id, task }) => {
      await source.work(task, 3000)
      replayed.add(id)
      return { epochs: epochsOf(source.run(id)) }
    },
    'structure/export': async (args) => {
      const { run, epoch } = moment(args)
      const weights = at(run, epoch)
      const text = exportLiveGraph(weights, args.format, { gate: args.gate, drawn: weights.drawn })
      return Promise.resolve({ fileName: `${run.spec.key}.${args.format}`, text })
    },
  } satisfies Partial<Handlers>
}

type ArgsOf<N extends keyof Handlers> = Parameters<Handlers[N]>[0]

function networkFor(
  definition: StudyDefinition,
  run: RunRecord,
): { network: NetworkDescription; masks: Masks } & Known {
  const { cell, structure: spec } = run.spec
  const common = { vocabulary: ALPHABET.length, classes: 2, padding: definition.padding } as const
  if (definition.kind !== 'structure' || spec === undefined) {
    const { hidden, layers, embedding } = (definition as Exclude<StudyDefinition, { kind: 'structure' }>)
      .model
    const network = stackedNetwork({ cell, embedding, hidden, layers, ...common })
    return { network, masks: new Map(), parameters: new Map() }
  }
  const { structure, model } = definition
  const { graph } = sampleGraph(structure, {
    family: spec.family,
    index: spec.index,
    cell,
    rewired: spec.rewired,
  })
  const { network, masks } = networkOf(graph, {
    wiring: structure.wiring,
    gateMask: structure.gateMask,
    cell,
    embedding: model.embedding,
    h2h: structure.recurrence,
    ...common,
  })
  return {
    network,
    masks,
    structure: masks,
    parameters: new Map(),
    drawn: { graph, layers: layeringOf(graph).layers },
  }
}
