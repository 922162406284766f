// What the import tests share: the checked-in fixtures, temporary files, and short ways to name problems.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll } from 'vitest'
import type { ImportOptions, ImportPreview, ImportProblem } from '../../../src/shared/dataset.ts'
import { LacunaError } from '../../../src/shared/errors.ts'
import { importFiles, previewFile, type ImportedDataset } from '../../../src/main/data/import/import-files.ts'
import type { ByteSource } from '../../../src/main/data/import/source.ts'

/** Path of a checked-in file. */
export function fixture(name: string): string {
  return resolve(import.meta.dirname, '../../fixtures/import', name)
}

/** A folder that is gone after the tests of the file. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-import-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function writeTemp(folder: string, name: string, bytes: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, bytes)
  return path
}

export const preview = (name: string, options: ImportOptions = {}): Promise<ImportPreview> =>
  previewFile(fixture(name), options)

export const load = (name: string, options: ImportOptions = {}): Promise<ImportedDataset> =>
  importFiles({ train: fixture(name) }, options)

/** The one problem with this code; fails when there is none. */
export function problem(from: ImportPreview, code: string): ImportProblem {
  const found = from.problems.filter((one) => one.code === code)
  if (found.length !== 1)
    throw new Error(
      `${found.length} problems '${code}' among ${from.problems.map((one) => one.code).join(', ')}`,
    )
  return found[0]!
}

/** Options of the choice whose label contains `label`. */
export function choice(of: ImportProblem, label: string): ImportOptions {
  const found = of.choices?.find((one) => one.label.includes(label))
  if (found === undefined) throw new Error(`no choice '${label}' in ${JSON.stringify(of.choices)}`)
  return found.options
}

export const codes = (from: ImportPreview): string[] => from.problems.map((one) => one.code)

/** The LacunaError a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<LacunaError> {
  try {
    await promise
  } catch (error) {
    if (error instanceof LacunaError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** All sequences of an import as `text label` lines, in code unit order. */
export function pairs({ content }: ImportedDataset): string[] {
  return [...content.train, ...content.test]
    .map(({ text, label }) => `${text} ${content.classes[label]}`)
    .sort()
}

/** Bytes from anywhere, in chunks of a chosen size. */
export function memorySource(bytes: Uint8Array, chunkSize = bytes.length, name = 'memory.csv'): ByteSource {
  return {
    name,
    size: bytes.length,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += chunkSize) yield bytes.subarray(at, at + chunkSize)
    },
    assertUnchanged: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}
