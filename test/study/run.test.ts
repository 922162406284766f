import { describe, expect, it } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from '../../src/main/engine/checkpoint.ts'
import { RunControl } from '../../src/main/engine/control.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { freshOptimizerState } from '../../src/main/engine/parameters.ts'
import { studyData, studyNetwork } from '../../src/main/study/plan.ts'
import type { FinishedEpoch, RunJob, RunOutcome } from '../../src/main/study/messages.ts'
import { executeRun, type RunLink } from '../../src/main/study/run.ts'
import { decodeMasks, decodeWeights } from '../../src/main/study/weights.ts'
import { parseStudy, type StackedStudy } from '../../src/shared/study.ts'
import { sequences, tinyStudy } from './support.ts'

const definition = parseStudy(tinyStudy('any')) as StackedStudy
const data = studyData(definition, sequences())
const network = studyNetwork(definition, 'gru', data)
const job: RunJob = {
  runId: 'r',
  engine: 'oracle',
  network,
  train: data.train,
  validation: data.validation!,
  test: data.test,
  batchSize: 8,
  optimizer: { learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, clipNorm: 5 },
  seed: 3,
  epochs: 4,
}

interface Done {
  outcome: RunOutcome
  epochs: FinishedEpoch[]
}

/** Execute a job; `after` may stop it once an epoch is stored. */
async function execute(changes: Partial<RunJob> = {}, link: Partial<RunLink> = {}): Promise<Done> {
  const epochs: FinishedEpoch[] = []
  const outcome = await executeRun(
    oracleEngine,
    { ...job, ...changes },
    {
      control: new RunControl(),
      clock: () => 0,
      started: () => undefined,
      entered: () => undefined,
      save: (epoch) => {
        epochs.push(epoch)
        return Promise.resolve(true)
      },
      ...link,
    },
  )
  return { outcome, epochs }
}

const spec = {
  target: 'both',
  percent: 50,
  criterion: 'magnitude',
  scope: 'global',
  rule: 'exact-count',
} as const
const base = await execute()
const weights = base.epochs.at(-1)!.weights!

describe('a run', () => {
  it('learns', () => {
    expect(base.outcome).toEqual({ how: 'done' })
    expect(base.epochs.map((e) => [e.record.epoch, e.done])).toEqual([
      [1, false],
      [2, false],
      [3, false],
      [4, true],
    ])
    expect(base.epochs[3]!.record.train!.loss).toBeLessThan(base.epochs[0]!.record.train!.loss)
    expect(base.epochs[3]!.masks).toBeUndefined()
    expect(base.epochs[3]!.checkpoint).toBeUndefined()
  })

  it('gives the same bits again', async () => {
    expect((await execute()).epochs).toEqual(base.epochs)
  })

  it('goes on from any checkpoint as if it had never stopped', async () => {
    for (const at of [0, 1, 2]) {
      const resumed = await execute({ checkpoint: base.epochs[at]!.checkpoint! })
      expect(resumed.epochs).toEqual(base.epochs.slice(at + 1))
    }
  })

  it('when pruned is tested before it is retrained, with a fresh optimizer and a fixed mask', async () => {
    const { epochs } = await execute({ epochs: 2, prune: { spec, base: weights } })
    expect(epochs.map((e) => e.record.epoch)).toEqual([0, 1, 2])
    expect(epochs[0]!.record.train).toBeUndefined()
    const first = decodeCheckpoint(epochs[0]!.checkpoint!)
    expect(first.optimizerState).toEqual({ ...freshOptimizerStateOf(first), step: 0 })
    const masks = decodeMasks(network, epochs[2]!.masks!)
    expect(masks).toEqual(first.masks)
    const kept = [...masks.values()].reduce((sum, m) => sum + m.reduce((a, b) => a + b, 0), 0)
    expect(kept).toBe(epochs[0]!.record.nonzeros)
    expect(kept).toBe((3 * 6 * 4 + 3 * 6 * 6) / 2)
    for (const [name, mask] of masks) {
      const values = decodeWeights(network, epochs[2]!.weights!).get(name)!
      expect(mask.every((keep, i) => keep === 1 || values[i] === 0)).toBe(true)
    }
  })

  it('that is pruned and not retrained ends with its first test', async () => {
    const { outcome, epochs } = await execute({ epochs: 0, prune: { spec, base: weights } })
    expect(outcome).toEqual({ how: 'done' })
    expect(epochs.map((e) => [e.record.epoch, e.done])).toEqual([[0, true]])
  })

  it('goes on from a checkpoint of every epoch when pruned', async () => {
    const pruned = { epochs: 3, prune: { spec, base: weights } }
    const whole = await execute(pruned)
    for (const at of [0, 1, 2]) {
      // The planner does not send the base weights along with a checkpoint; the masks are in it.
      const resumed = await execute({ epochs: 3, checkpoint: whole.epochs[at]!.checkpoint! })
      expect(resumed.epochs).toEqual(whole.epochs.slice(at + 1))
    }
  })

  const dropped: Record<string, (c: Checkpoint) => Checkpoint> = {
    weights: (c) => ({ ...c, parameters: decodeWeights(network, weights) }),
    masks: (c) => ({ ...c, masks: new Map() }),
    'first moments': (c) => ({
      ...c,
      optimizerState: { ...c.optimizerState, m: freshOptimizerStateOf(c).m },
    }),
    'second moments': (c) => ({
      ...c,
      optimizerState: { ...c.optimizerState, v: freshOptimizerStateOf(c).v },
    }),
    'optimizer step': (c) => ({ ...c, optimizerState: { ...c.optimizerState, step: 0 } }),
    epoch: (c) => ({ ...c, epoch: c.epoch - 1 }),
  }
  for (const [field, drop] of Object.entries(dropped)) {
    it(`needs the ${field} in its checkpoint to go on bit for bit`, async () => {
      const pruned = { epochs: 4, prune: { spec, base: weights } }
      const whole = await execute(pruned)
      const checkpoint = encodeCheckpoint(drop(decodeCheckpoint(whole.epochs[2]!.checkpoint!)))
      const resumed = await execute({ ...pruned, checkpoint })
      const bits = ({ weights: w, masks: m }: FinishedEpoch) => [w, m]
      expect(bits(resumed.epochs.at(-1)!)).not.toEqual(bits(whole.epochs.at(-1)!))
    })
  }

  it('needs its seed to go on bit for bit', async () => {
    const resumed = await execute({ seed: 4, checkpoint: base.epochs[1]!.checkpoint! })
    expect(resumed.epochs.at(-1)!.weights).not.toEqual(weights)
  })

  it('stops between batches without storing half an epoch', async () => {
    const control = new RunControl()
    const stored: FinishedEpoch[] = []
    const { outcome } = await execute(
      {},
      {
        control,
        save: (epoch) => {
          stored.push(epoch)
          if (epoch.record.epoch === 2) control.requestStop()
          return Promise.resolve(true)
        },
      },
    )
    expect(outcome).toEqual({ how: 'stopped' })
    expect(stored.map((e) => e.record.epoch)).toEqual([1, 2])
  })

  it('stops when its epoch is not stored', async () => {
    const { outcome } = await execute({}, { save: () => Promise.resolve(false) })
    expect(outcome).toEqual({ how: 'stopped' })
  })

  it('that diverges says where, and stores no epoch that is not finite', async () => {
    const optimizer = { ...job.optimizer, learningRate: 1e300, clipNorm: Infinity }
    const { outcome, epochs } = await execute({ optimizer })
    expect(outcome).toMatchObject({
      how: 'diverged',
      problem: { code: 'diverged', epoch: expect.any(Number) },
    })
    for (const { record } of epochs) expect(JSON.stringify(record)).not.toContain('null')
  })

  it('reports what the engine refuses as its outcome', async () => {
    const { outcome } = await execute({ checkpoint: Buffer.from('rubbish') })
    expect(outcome).toMatchObject({ how: 'failed', problem: { code: 'item-damaged' } })
  })
})

function freshOptimizerStateOf({ network: n }: Checkpoint) {
  const { m, v } = freshOptimizerState(n)
  const doubles = (map: typeof m) => new Map([...map].map(([k, a]) => [k, Float64Array.from(a)]))
  return { m: doubles(m), v: doubles(v) }
}
