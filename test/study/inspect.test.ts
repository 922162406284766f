// Networks of real runs, trained by the oracle in engine processes: what is drawn of them, and what is refused.
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Masks } from '../../src/main/engine/engine.ts'
import { initialParameters } from '../../src/main/engine/parameters.ts'
import { sampleGraph } from '../../src/main/graph/sample.ts'
import { pruneMasks } from '../../src/main/prune/index.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { Inspector } from '../../src/main/study/inspect.ts'
import { decodeMasks, decodeWeights } from '../../src/main/study/weights.ts'
import { edgeKey } from '../../src/shared/graph.ts'
import { cellParameterName, GATES, type Cell } from '../../src/shared/network.ts'
import type { StructureView } from '../../src/shared/structure-view.ts'
import { tempDir } from '../support/temp-dir.ts'
import { inspected } from './inspected.ts'
import { bench, fingerprint, tinyStudy } from './support.ts'

const CELLS: Cell[] = ['rnn-tanh', 'rnn-relu', 'lstm', 'gru']

/** Live weights of a view of one gate: connections and self connections, input to recurrent. */
function liveWeights({ counts, units }: StructureView): number {
  const inner = counts.filter(({ kind }) => kind !== 'output').reduce((sum, { live }) => sum + live, 0)
  return inner + units.filter(({ selfWeight }) => selfWeight !== undefined).length
}

const ones = (masks: Masks) =>
  [...masks.values()].reduce((sum, mask) => sum + mask.reduce((a, b) => a + b, 0), 0)

describe('the drawing of a run', () => {
  it.each(CELLS)('of %s counts by gate what its masks keep', async (cell) => {
    const { inspector, runs, store, networkOf, service } = await inspected({ cells: [cell] })
    const [, magnitude] = runs
    const masks = decodeMasks(networkOf(magnitude!), store.blobs.require(magnitude!.id, 'masks'))
    let live = 0
    for (const gate of GATES[cell]) live += liveWeights(await inspector.show({ run: magnitude!.id, gate }))
    expect(live).toBe(ones(masks))
    expect(live).toBe(service.run(magnitude!.id).epochs[0]!.nonzeros)
  })

  it('shows the weights the run ended with, and those of its base where they are pruned', async () => {
    const { inspector, runs, store, networkOf } = await inspected({ cells: ['rnn-tanh'] })
    const [base, pruned] = runs
    const network = networkOf(pruned!)
    const [before, after] = [base!, pruned!].map(({ id }) =>
      decodeWeights(network, store.blobs.require(id, 'weights')),
    )
    const view = await inspector.show({ run: pruned!.id, gate: 'any' })
    expect(view).toMatchObject({
      runId: pruned!.id,
      title: 'RNN-Tanh, 50 % of both, magnitude, seed 3',
      epoch: 2,
      epochs: { available: [0, 2], all: 2 },
      accuracy: pruned!.last!.test.accuracy,
      reduced: null,
      against: null,
    })
    const name = cellParameterName(0, 0, 'weight_hh')
    const recurrent = view.connections.filter(({ kind }) => kind === 'h2h')
    expect(recurrent).toHaveLength(30)
    for (const { source, target, weight, live } of recurrent) {
      const at = (target - 4) * 6 + (source - 4)
      expect(weight).toBe((live ? after : before)!.get(name)![at])
    }
    expect(recurrent.some(({ live }) => !live)).toBe(true)
  })

  it('of a start is what its seed draws, of a pruned start what pruning keeps of the base', async () => {
    const { inspector, runs, store, networkOf } = await inspected({ cells: ['gru'] })
    const [base, pruned] = runs
    const network = networkOf(base!)
    const drawn = initialParameters(network, base!.spec.seed)
    for (const epoch of [-1, 0]) {
      const start = await inspector.show({ run: base!.id, epoch, gate: 'n' })
      expect(start).toMatchObject({ epoch: -1, accuracy: null })
      const output = start.connections.filter(({ kind }) => kind === 'output')
      const weights = output.map(({ weight }) => weight).sort()
      expect(weights).toEqual([...drawn.get('linear.weight')!].sort())
    }
    const weights = decodeWeights(network, store.blobs.require(base!.id, 'weights'))
    const masks = pruneMasks(network, weights, { ...pruned!.spec.prune!, seed: pruned!.spec.seed })
    for (const epoch of [-1, 0]) {
      const start = await inspector.show({ run: pruned!.id, epoch, gate: 'r' })
      expect(start).toMatchObject({ epoch: 0, accuracy: pruned!.accuracies[0] })
      const kept = [...masks].reduce(
        (sum, [, mask]) => sum + mask.subarray(0, mask.length / 3).reduce((a, b) => a + b, 0),
        0,
      )
      expect(liveWeights(start)).toBe(kept)
    }
  })

  it('against its base names what was removed, and nothing regrows', async () => {
    const { inspector, runs } = await inspected({ cells: ['rnn-relu'] })
    const [base, pruned] = runs
    const view = await inspector.show({ run: pruned!.id, gate: 'any', against: { run: base!.id } })
    const [own, dense] = [
      await inspector.show({ run: pruned!.id, gate: 'any' }),
      await inspector.show({ run: base!.id, gate: 'any' }),
    ]
    const live = (of: StructureView) => of.counts.reduce((sum, count) => sum + count.live, 0)
    expect(view.against).toEqual({
      runId: base!.id,
      title: 'RNN-ReLU, base, seed 3',
      epoch: 3,
      kept: live(own),
      removed: live(dense) - live(own),
      regrown: 0,
    })
    const turned = await inspector.show({ run: base!.id, gate: 'any', against: { run: pruned!.id } })
    expect(turned.against).toMatchObject({ kept: live(own), removed: 0, regrown: live(dense) - live(own) })
  })

  it('changes nothing in the store', async () => {
    const { inspector, runs, store, studyId } = await inspected({ cells: ['lstm'] })
    const before = fingerprint(store, studyId)
    await inspector.show({ run: runs[1]!.id, gate: 'any', against: { run: runs[0]!.id } })
    await inspector.export({ run: runs[1]!.id, gate: 'any', format: 'graphml' })
    expect(fingerprint(store, studyId)).toEqual(before)
  })
})

describe('the drawing of a random structure', () => {
  const structure = {
    kind: 'structure',
    model: { embedding: 4 },
    prune: undefined,
    training: { epochs: 2, batchSize: 16, learningRate: 0.01 },
    structure: { families: [{ kind: 'watts-strogatz', count: 2 }], nodes: { min: 12, max: 14 }, rewired: 1 },
  }

  it.each(['lacuna', 'darji-2021'])(
    'wired as %s has its vertices, its edges and its properties',
    async (wiring) => {
      const study = { ...structure, cells: ['lstm'], structure: { ...structure.structure, wiring } }
      const { inspector, runs, service, studyId } = await inspected(study)
      const parsed = service.show(studyId).summary.definition
      if (parsed.kind !== 'structure') throw new Error('another kind')
      for (const run of runs) {
        const { family, index, rewired, name } = run.spec.structure!
        const { graph } = sampleGraph(parsed.structure, { family, index, rewired, cell: 'lstm' })
        const view = await inspector.show({ run: run.id, gate: 'any' })
        expect(view).toMatchObject({
          epoch: 2,
          epochs: { available: [-1, 2], all: 2 },
          accuracy: run.last!.test.accuracy,
        })
        expect(view.title).toContain(name)
        const inner = view.units.filter(({ role }) => role === 'unit')
        const vertexOf = new Map(inner.map(({ id, vertex }) => [id, vertex!]))
        expect([...vertexOf.values()].sort((a, b) => a - b)).toEqual(
          Array.from({ length: graph.nodes }, (_, v) => v),
        )
        const joined = view.connections
          .filter(({ kind }) => kind === 'i2h' || kind === 'skip')
          .map(({ source, target }) => edgeKey(vertexOf.get(source)!, vertexOf.get(target)!, graph.nodes))
        expect(joined.sort((a, b) => a - b)).toEqual(
          graph.edges.map(([a, b]) => edgeKey(a, b, graph.nodes)).sort((a, b) => a - b),
        )
        expect(view.counts.every(({ pruned }) => pruned === 0)).toBe(true)
        expect(view.properties).toMatchObject({
          nodes: graph.nodes,
          edges: graph.edges.length,
          layers: view.layers.length,
        })
        expect(view.propertiesNote).toMatch(/graph the network was made from/)
      }
    },
  )

  it('is replayed, played and exported like any other', async () => {
    const { inspector, runs, store, studyId } = await inspected({ ...structure, cells: ['gru'] })
    const before = fingerprint(store, studyId)
    const run = runs[0]!.id
    const watch = { signal: new AbortController().signal, progress: () => undefined }
    expect(await inspector.replay(run, watch)).toEqual({ epochs: [-1, 1, 2] })
    const views = await Promise.all([-1, 1, 2].map((epoch) => inspector.show({ run, epoch, gate: 'any' })))
    expect(new Set(views.map(({ counts }) => JSON.stringify(counts))).size).toBe(1)
    const { units, cells } = await inspector.trace({ run, sequence: { text: 'BEP' } })
    expect(cells.map(({ h }, l) => h.length / units[l]!)).toEqual(units.map(() => 3))
    const { text } = await inspector.export({ run, gate: 'any', format: 'node-link' })
    const { nodes } = JSON.parse(text) as { nodes: { vertex: number }[] }
    const vertices = views[0]!.units.flatMap(({ vertex }) => (vertex === undefined ? [] : [vertex]))
    expect(nodes.map(({ vertex }) => vertex)).toEqual(vertices)
    expect(fingerprint(store, studyId)).toEqual(before)
  })
})

describe('what cannot be drawn', () => {
  it('is said in one sentence', async () => {
    const { inspector, runs } = await inspected({ cells: ['gru'] })
    const run = runs[0]!.id
    await expect(inspector.show({ run, gate: 'x' })).rejects.toMatchObject({
      code: 'bad-request',
      message: "The gate 'x' was asked for; gru has r, z, n, or any.",
    })
    await expect(inspector.show({ run, epoch: 1, gate: 'any' })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(
        /after epoch 1 .* there are those of the start, epoch 3\. Replay/,
      ) as string,
    })
    await expect(inspector.show({ run, epoch: 4, gate: 'any' })).rejects.toThrow(/has 3 epochs; epoch 4/)
    await expect(inspector.show({ run: 'nobody', gate: 'any' })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('waits for the base of a run that is pruned later', async () => {
    const { service, store, dataset } = bench(tempDir())
    const { id } = service.start(tinyStudy(dataset.id))
    const inspector = new Inspector({ store, spawn: forkEngine(), now: () => new Date(), engine: 'oracle' })
    onTestFinished(() => inspector.close())
    const [base, pruned] = service.show(id).runs
    expect(await inspector.show({ run: base!.id, gate: 'any' })).toMatchObject({
      epoch: -1,
      epochs: { available: [-1], all: 3 },
    })
    await expect(inspector.show({ run: pruned!.id, gate: 'any' })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/which is not done/) as string,
    })
  })

  it('is a network of another shape, beside this one', async () => {
    const { inspector, runs, service, dataset } = await inspected({ cells: ['gru'] })
    const { id } = service.start(
      tinyStudy(dataset.id, { cells: ['gru'], model: { embedding: 4, hidden: 5, layers: 1 } }),
    )
    const other = service.show(id).runs[0]!.id
    await expect(
      inspector.show({ run: runs[0]!.id, gate: 'any', against: { run: other } }),
    ).rejects.toMatchObject({
      code: 'shape-mismatch',
      message: expect.stringMatching(/layers of 6 units .* layers of 5 units/) as string,
    })
  })
})
