import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'csv-parse/sync'
import type { EncodedSplit } from '../../src/main/engine/engine.ts'

/** Read a split of the published dataset in file order, one token per letter: its ASCII code. */
export function publishedSplit(folder: string, name: 'train_data.csv' | 'test_data.csv'): EncodedSplit {
  const rows: { string: string; valid: string }[] = parse(
    readFileSync(path.join(folder, 'thesis', 'dataset', name)),
    { columns: true },
  )
  const offsets = new Uint32Array(rows.length + 1)
  rows.forEach(({ string }, n) => (offsets[n + 1] = offsets[n]! + string.length))
  return {
    tokens: Uint16Array.from(Buffer.from(rows.map(({ string }) => string).join(''), 'ascii')),
    offsets,
    labels: Uint16Array.from(rows, ({ valid }) => Number(valid)),
  }
}
