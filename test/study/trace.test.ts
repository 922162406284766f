// Sequences run through the networks of runs in an engine process, against the oracle run here on the stored weights.
import { describe, expect, it } from 'vitest'
import type { Trace } from '../../src/main/engine/engine.ts'
import { oracleEngine } from '../../src/main/engine/oracle/oracle.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import type { ToEngine } from '../../src/main/study/messages.ts'
import { roundForShow } from '../../src/main/study/trace-model.ts'
import { askedSequence, assertTraceable, softmax } from '../../src/main/study/trace-sequence.ts'
import { decodeMasks, decodeWeights } from '../../src/main/study/weights.ts'
import { buildVocabulary } from '../../src/main/data/vocabulary.ts'
import { stackedNetwork, type Cell } from '../../src/shared/network.ts'
import type { StructureTrace } from '../../src/shared/structure-view.ts'
import { optionalEngine } from '../support/optional-engine.ts'
import { inspected } from './inspected.ts'
import { sequences, until } from './support.ts'

const fused = await optionalEngine('fused/index.ts', 'createFusedEngine')

const CELLS: Cell[] = ['rnn-tanh', 'rnn-relu', 'lstm', 'gru']

/** Tokens as the encoding 'vocabulary' numbers them: the letters of the training split by code point, from 1. */
const tokensOf = (text: string) => Uint16Array.from(text, (letter) => 1 + [...'BEPST'].indexOf(letter))

/** Every number agrees within 1e-5, from 1 on within what five significant digits can say (half a unit of the fifth). */
function expectSame(found: StructureTrace, truth: Trace): void {
  expect(found.cells.length).toBe(truth.cells.length)
  truth.cells.forEach((cell, i) => {
    const own = found.cells[i]!
    const pairs: [string, ArrayLike<number> | undefined, ArrayLike<number> | undefined][] = [
      ['h', own.h, cell.h],
      ['c', own.c, cell.c],
      ...Object.keys(cell.gates).map(
        (name) => [name, own.gates[name], cell.gates[name]] as [string, number[], Float64Array],
      ),
    ]
    expect(Object.keys(own.gates)).toEqual(Object.keys(cell.gates))
    for (const [name, left, right] of pairs) {
      expect(left?.length, name).toBe(right?.length)
      for (let at = 0; at < (left?.length ?? 0); at++) {
        const off = Math.abs(left![at]! - right![at]!)
        expect(off, `${name} ${at}`).toBeLessThanOrEqual(
          Math.abs(right![at]!) < 1 ? 1e-5 : 5.1e-5 * Math.abs(right![at]!),
        )
      }
    }
  })
}

describe('a sequence in a run', () => {
  it.each(CELLS)('of %s does what the oracle does with the stored weights', async (cell) => {
    const { inspector, runs, store, networkOf } = await inspected({ cells: [cell] })
    const pruned = runs[1]!
    const network = networkOf(pruned)
    const model = oracleEngine.create(network, {
      parameters: decodeWeights(network, store.blobs.require(pruned.id, 'weights')),
      masks: decodeMasks(network, store.blobs.require(pruned.id, 'masks')),
    })
    const { text, label } = sequences().test[7]!
    const truth = model.trace(tokensOf(text))
    const found = await inspector.trace({ run: pruned.id, sequence: { split: 'test', index: 7 } })
    expectSame(found, truth)
    expect(found).toMatchObject({
      runId: pruned.id,
      epoch: 2,
      symbols: [...text],
      text,
      truth: ['invalid', 'valid'][label],
      units: [6],
    })
    const [a, b] = truth.logits
    const share = 1 / (1 + Math.exp(b! - a!))
    expect(found.probabilities[0]!.name).toBe('invalid')
    expect(found.probabilities[0]!.value).toBeCloseTo(share, 12)
    expect(found.probabilities[1]!.value).toBeCloseTo(1 - share, 12)
    expect(found.predicted).toBe(share >= 0.5 ? 'invalid' : 'valid')
  })

  it.for(CELLS)('of %s is the same on the fused engine', async (cell, { skip }) => {
    if (typeof fused === 'string') skip(fused)
    const study = { cells: [cell] }
    const { inspector, runs, store, networkOf } = await inspected(study, { engine: 'fused' })
    const run = runs[1]!
    const network = networkOf(run)
    const model = oracleEngine.create(network, {
      parameters: decodeWeights(network, store.blobs.require(run.id, 'weights')),
      masks: decodeMasks(network, store.blobs.require(run.id, 'masks')),
    })
    const found = await inspector.trace({ run: run.id, sequence: { text: 'BEPSTB' } })
    expectSame(found, model.trace(tokensOf('BEPSTB')))
    expect(found.truth).toBeNull()
  })

  it('takes the process and the weights that are there, and begins anew when they are gone', async () => {
    const sent: boolean[] = [] // whether weights went along, by sequence
    let processes = 0
    const fork = forkEngine()
    const spawn = () => {
      const engine = fork()
      processes++
      const post = (message: ToEngine) => {
        if (message.type === 'trace') sent.push(message.job.moment !== undefined)
        engine.postMessage(message)
      }
      return { ...engine, postMessage: post }
    }
    const { inspector, runs } = await inspected({ cells: ['gru'] }, { idleMs: 300, spawn })
    const ask = (run: number) => inspector.trace({ run: runs[run]!.id, sequence: { text: 'BEP' } })
    const first = await ask(0)
    const [again, other, back] = await Promise.all([ask(0), ask(1), ask(0)])
    expect([again, back]).toEqual([first, first])
    expect(other.cells[0]!.h).not.toEqual(first.cells[0]!.h)
    expect([processes, sent]).toEqual([1, [true, false, true, true]])
    await until(() => !inspector.tracing, 'the process ends')
    expect(await ask(0)).toEqual(first)
    expect([processes, sent.length, sent.at(-1)]).toEqual([2, 5, true])
  })

  it('of the start differs from that of the end', async () => {
    const { inspector, runs } = await inspected({ cells: ['rnn-tanh'] })
    const at = (epoch: number) => inspector.trace({ run: runs[0]!.id, epoch, sequence: { text: 'BEP' } })
    expect((await at(-1)).cells[0]!.h).not.toEqual((await at(3)).cells[0]!.h)
  })

  it('is not padded, which is said where the study pads', async () => {
    const { inspector, runs } = await inspected({ cells: ['rnn-tanh'], padding: 'process' })
    const found = await inspector.trace({ run: runs[0]!.id, sequence: { text: 'BEP' } })
    expect(found.note).toMatch(/^Nothing is padded here/)
    expect(found.cells[0]!.h).toHaveLength(3 * 6)
  })
})

describe('a sequence that cannot be read', () => {
  const content = sequences()
  const vocabulary = buildVocabulary(content, 'vocabulary')
  const ascii = buildVocabulary(content, 'ascii')

  it('is refused with the symbol and its place', () => {
    expect(() => askedSequence(content, vocabulary, { text: 'BEPx' })).toThrow(
      "The character 'x' at place 4 is not known to the network; the training sequences have B E P S T.",
    )
    expect(() => askedSequence(content, ascii, { text: 'Bé' })).toThrow(
      "The character 'é' at place 2 is not known to the network; the study reads ASCII characters 1 to 127.",
    )
    expect(Array.from(askedSequence(content, ascii, { text: 'Ax' }).tokens)).toEqual([65, 120])
    const words = { ...content, tokens: 'words' as const, train: [{ text: 'one two', label: 0 }] }
    const known = buildVocabulary(words, 'vocabulary')
    expect(() => askedSequence(words, known, { text: 'two three' })).toThrow("The word 'three' at place 2")
    expect(() => askedSequence(words, known, { text: '  ' })).toThrow('has no symbols')
  })

  it('is refused when the split does not have it', () => {
    expect(() => askedSequence(content, vocabulary, { split: 'test', index: 20 })).toThrow(
      'Sequence 20 of the test split was asked for; it has 20, numbered from 0.',
    )
  })

  it('keeps symbols of the dataset that training never saw', () => {
    const unseen = { ...content, test: [{ text: 'BXE', label: 1 }] }
    const found = askedSequence(unseen, vocabulary, { split: 'test', index: 0 })
    expect(Array.from(found.tokens)).toEqual([1, 6, 2])
    expect(found.symbols).toEqual(['B', 'X', 'E'])
  })

  it('is refused when it is too long to be shown', () => {
    const network = stackedNetwork({
      cell: 'lstm',
      vocabulary: 7,
      embedding: 50,
      hidden: 50,
      layers: 3,
      classes: 2,
      padding: 'mask',
    })
    // Six arrays of 150 values a step: 2,000,000 / 900.
    expect(() => assertTraceable(network, 2222)).not.toThrow()
    expect(() => assertTraceable(network, 2223)).toThrow('2,223 symbols; of this network up to 2,222 steps')
  })
})

describe('numbers for the screen', () => {
  it('have five significant digits and no more', () => {
    expect([0, -0.123456789, 123456.7, 1.000004e-7, -9.99996, 5e-324, 1e300].map(roundForShow)).toEqual([
      0, -0.12346, 123460, 1e-7, -10, 5e-324, 1e300,
    ])
    for (const value of [0.1 + 0.2, 1 / 3, 2 / 3e7, 12345.678]) {
      expect(roundForShow(value)).toBe(Number(value.toPrecision(5)))
    }
  })

  it('are probabilities even where the logits are huge', () => {
    expect(softmax([1000, 1000])).toEqual([0.5, 0.5])
    expect(softmax([0, Math.log(3)])[1]).toBeCloseTo(0.75, 15)
  })
})
