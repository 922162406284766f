// Studies to put into bundles, and zip files made on purpose.
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { onTestFinished } from 'vitest'
import yazl from 'yazl'
import { contentToBytes, describeContent } from '../../src/main/data/content.ts'
import { openStore, type Store } from '../../src/main/store/store.ts'
import { studyId } from '../../src/main/study/identity.ts'
import type { Sequence } from '../../src/shared/dataset.ts'
import { parseStudy, type StudyDefinition } from '../../src/shared/study.ts'
import { makeEpochs } from '../renderer/support/fake-data.ts'
import { tempDir } from '../support/temp-dir.ts'

/** An empty workspace that is closed when the test ends. */
export function emptyStore(day = '2026-11-23'): Store {
  const store = openStore(tempDir(), { now: () => new Date(`${day}T10:00:00.000Z`) })
  onTestFinished(() => store.close())
  return store
}

const sequences = (from: number): Sequence[] =>
  Array.from({ length: 6 }, (_, i) => ({ text: `B${'TP'[i % 2]!}${'S'.repeat(i + from)}E`, label: i % 2 }))

/** A workspace with one pruning study: some runs done with weights and masks, one stopped, one failed. */
export function storeWithStudy(): { store: Store; id: string; definition: StudyDefinition } {
  const store = emptyStore()
  const content = {
    tokens: 'characters',
    classes: ['no', 'yes'],
    train: sequences(1),
    test: sequences(9),
  } as const
  const whole = { ...content, classes: [...content.classes] }
  const file = { name: 'train.csv', bytes: 99, sha256: 'b'.repeat(64) }
  const draft = describeContent(whole, { kind: 'files', train: file, options: {} }, ['a note'])
  const dataset = store.datasets.add(draft, contentToBytes(whole), 'Letters')
  const definition = parseStudy({
    kind: 'pruning',
    dataset: dataset.id,
    cells: ['gru'],
    seeds: [1],
    training: { epochs: 3 },
    prune: { targets: ['both'], percentages: [50, 90], criteria: ['magnitude'], retrainEpochs: 2 },
  })
  const id = studyId(definition)
  store.studies.create(definition, { id, name: 'First look' })
  const [base, half, most] = store.runs.list(id)
  const engine = { name: 'fused', version: '1.2.3', instructionSet: 'avx2', threads: 1 }
  for (const run of [base!, half!]) {
    store.runs.begin(run.id)
    store.runs.describe(run.id, { engine, recurrentWeights: 480, parameters: 700 })
    const epochs = makeEpochs(run.spec, run.spec.epochs)
    epochs.forEach((record, i) => {
      const last = i === epochs.length - 1
      const blobs = last ? { weights: bytes(run.id.length * 40), masks: new Uint8Array(600).fill(1) } : {}
      store.runs.saveEpoch(run.id, record, blobs, last && run === base)
    })
  }
  store.blobs.write(half!.id, 'checkpoint', bytes(321))
  store.runs.interrupt(half!.id)
  store.runs.begin(most!.id)
  store.runs.finish(most!.id, 'failed', { code: 'engine-crashed', message: 'It "stopped", =1+1' })
  return { store, id, definition }
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 89 + length) % 256)
}

/** Make a zip file of entries as they are given; names of the form `@@...` are replaced afterwards, byte by byte. */
export async function makeZip(
  entries: readonly { name: string; content?: string | Uint8Array; mode?: number }[],
  renames: Record<string, string> = {},
): Promise<string> {
  const file = path.join(tempDir(), 'bundle.zip')
  const zip = new yazl.ZipFile()
  for (const { name, content = 'x', mode = 0o100644 } of entries)
    zip.addBuffer(Buffer.from(content), name, { mode })
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(file))
  let text = readFileSync(file).toString('latin1')
  for (const [from, to] of Object.entries(renames)) {
    if (from.length !== to.length) throw new Error(`${from} and ${to} differ in length`)
    text = text.replaceAll(from, to)
  }
  writeFileSync(file, text, 'latin1')
  return file
}
