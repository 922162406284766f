import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { EncodedSplit } from '../../src/main/engine/engine.ts'
import type { Target } from '../../src/shared/study.ts'

/** What the author's definitions give for published weights; `loss` is the sum over batches of 32. */
export interface ExpectedLevel {
  level: string // base, or target-percent
  target?: Target
  percent: number
  correct: number
  loss: number
}

/** Read the published test set as the published programs did: ASCII codes as tokens, in file order. */
export function publishedTestSet(folder: string): EncodedSplit {
  const text = readFileSync(path.join(folder, 'thesis', 'dataset', 'test_data.csv'), 'utf8')
  const rows = text.trimEnd().split(/\r?\n/).slice(1)
  const strings = rows.map((row) => row.split(',')[1]!)
  const offsets = new Uint32Array(rows.length + 1)
  strings.forEach((string, n) => (offsets[n + 1] = offsets[n]! + string.length))
  return {
    tokens: Uint16Array.from(strings.join(''), (letter) => letter.charCodeAt(0)),
    offsets,
    labels: Uint16Array.from(rows, (row) => Number(row.split(',')[2])),
  }
}

/** The pruning levels listed for published weights, the unpruned base first. */
export function expectedLevels(folder: string, weights: string): ExpectedLevel[] {
  const { prune } = JSON.parse(readFileSync(path.join(folder, 'thesis', 'expected.json'), 'utf8')) as {
    prune: Record<string, Record<string, { correct: number; loss: number }>>
  }
  return Object.entries(prune[weights]!).map(([level, { correct, loss }]) => {
    const [target, percent] = level.split('-')
    return level === 'base'
      ? { level, percent: 0, correct, loss }
      : { level, target: target as Target, percent: Number(percent), correct, loss }
  })
}

/** A published random structure: layer sizes, and edges between vertices numbered layer by layer. */
export interface PublishedStructure {
  layers: number[]
  edges: [from: number, to: number][]
  correct: number // strings classified right in batches of 128
}

/** Read a published structure and what its weights score. */
export function publishedStructure(folder: string, cell: string, name: string): PublishedStructure {
  const read = (...parts: string[]) =>
    JSON.parse(readFileSync(path.join(folder, 'thesis', ...parts), 'utf8')) as unknown
  const { layers, edges } = read('structure', cell, `${name}.json`) as Omit<PublishedStructure, 'correct'>
  const expected = read('expected.json') as { structure: Record<string, Record<string, { correct: number }>> }
  return { layers, edges, correct: expected.structure[cell]![name]!.correct }
}
