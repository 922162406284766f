// Reads a bundle into a workspace: unpacks it beside the store, checks every file against its checksum and every claim of
// the manifest against what it claims, and then stores all of it in one transaction, or nothing.
import { createHash } from 'node:crypto'
import { createReadStream, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import type { DatasetDraft } from '../../shared/dataset.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { BundleImport } from '../../shared/report.ts'
import { canonicalJson, expandStudy, parseStudy, type StudyDefinition } from '../../shared/study.ts'
import { contentFromBytes, describeContent } from '../data/content.ts'
import { BLOB_KINDS } from '../store/blobs.ts'
import type { Store } from '../store/store.ts'
import type { IncomingStudy } from '../store/transfer.ts'
import { studyId } from '../study/identity.ts'
import {
  blobPath,
  BUNDLE_LIMITS,
  DATASET,
  MANIFEST,
  manifestSchema,
  runLineSchema,
  RUNS,
  type BundleFile,
  type Manifest,
  type RunLine,
} from './format.ts'
import { unpack, type UnpackOptions } from './unpack.ts'

/** Everything of a bundle, checked. */
interface Opened {
  manifest: Manifest
  study: IncomingStudy
  lines: readonly RunLine[]
  dataset: { draft: DatasetDraft; content: Uint8Array; name: string }
}

/**
 * Import the bundle at `path`.
 * @throws LacunaError conflict when the study is here already, bad-input, forbidden, too-large, disk-full, cancelled
 */
export async function importBundle(
  store: Store,
  path: string,
  options: UnpackOptions,
): Promise<BundleImport> {
  const folder = await mkdtemp(join(store.paths.temp, 'bundle-'))
  try {
    const inside = await unpack(path, folder, options)
    const opened = await openBundle(folder, inside, options.name)
    return keep(store, opened)
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

function keep(store: Store, { manifest, study, lines, dataset }: Opened): BundleImport {
  const { id, name } = manifest.study
  return store.transaction(() => {
    const known = store.studies.has(id)
    if (known !== undefined) {
      const where = known === 'removed' ? 'in the trash' : `here as ‘${store.studies.get(id).name}’`
      throw new LacunaError(
        'conflict',
        `The study of this bundle is ${where} already; nothing was imported, and its notes, tags and favourites stay as they are.`,
        { id },
      )
    }
    const datasetAdded = !store.datasets.list().some((one) => one.id === dataset.draft.hash)
    if (datasetAdded) store.datasets.add(dataset.draft, dataset.content, dataset.name)
    store.transfer.add(study)
    keepBesides(store, manifest, lines)
    return { studyId: id, studyName: name, runs: study.runs.length, datasetAdded }
  })
}

/** What people wrote on the study and its runs, and what was measured of them. */
function keepBesides(store: Store, { study }: Manifest, lines: readonly RunLine[]): void {
  if (study.annotation !== undefined) store.annotations.change('study', study.id, study.annotation)
  for (const { record, annotation, measured } of lines) {
    if (annotation !== undefined) store.annotations.change('run', record.id, annotation)
    if (measured !== undefined) store.costs.put(record.id, measured)
  }
}

async function openBundle(folder: string, inside: readonly string[], name: string): Promise<Opened> {
  const wrong = (what: string) => new LacunaError('bad-input', `${name}: ${what}; nothing was imported.`)
  if (!inside.includes(MANIFEST)) throw wrong(`there is no ${MANIFEST}, so it is no bundle of Lacuna`)
  const manifest = parsed(manifestSchema, await readText(join(folder, MANIFEST), wrong), MANIFEST, wrong)
  const files = await checkFiles(folder, inside, manifest.files, wrong)
  const definition = checkDefinition(manifest, wrong)
  for (const needed of [DATASET, RUNS]) if (!files.has(needed)) throw wrong(`${needed} is missing`)
  const content = await readFile(join(folder, DATASET))
  if (files.get(DATASET)!.sha256 !== manifest.dataset.id || definition.dataset !== manifest.dataset.id)
    throw wrong(`the sequences in ${DATASET} are not those of dataset ${manifest.dataset.id.slice(0, 12)}`)
  const { source, notes, name: datasetName } = manifest.dataset
  const draft = readDataset(content, source, notes, wrong)
  if (draft.hash !== manifest.dataset.id) throw wrong(`${DATASET} is not in its canonical form`)
  const lines = parseRuns(await readText(join(folder, RUNS), wrong), wrong)
  assertSpecs(lines, definition, wrong)
  const { id, name: studyName, createdAt } = manifest.study
  const runs = lines.map(({ record, properties }, i) => ({
    record,
    ...(properties === undefined ? {} : { properties }),
    blobs: BLOB_KINDS.flatMap((kind) => {
      const path = blobPath(kind, i)
      return files.has(path) ? [{ kind, read: () => readFileSync(join(folder, path)) }] : []
    }),
  }))
  return {
    manifest,
    study: { study: { id, name: studyName, definition, createdAt }, runs },
    lines,
    dataset: { draft, content, name: datasetName },
  }
}

type Wrong = (what: string) => LacunaError

function readDataset(
  content: Uint8Array,
  source: DatasetDraft['source'],
  notes: string[],
  wrong: Wrong,
): DatasetDraft {
  try {
    return describeContent(contentFromBytes(content), source, notes)
  } catch (error) {
    if (error instanceof LacunaError) throw wrong(`${DATASET} holds no sequences that can be read`)
    throw error
  }
}

async function readText(path: string, wrong: Wrong): Promise<string> {
  if ((await stat(path)).size > BUNDLE_LIMITS.textBytes)
    throw wrong('its description is larger than any study')
  return readFile(path, 'utf8')
}

function parsed<T extends z.ZodType>(schema: T, text: string, file: string, wrong: Wrong): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong(`${file} is not JSON`)
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw wrong(
    `${file} is not as this version of Lacuna writes it (${issue!.path.join('.')}: ${issue!.message})`,
  )
}

/** Every file of the bundle is in the manifest with its checksum, and every file of the manifest is there. */
async function checkFiles(
  folder: string,
  inside: readonly string[],
  listed: readonly BundleFile[],
  wrong: Wrong,
): Promise<Map<string, BundleFile>> {
  const files = new Map(listed.map((file) => [file.path, file]))
  const stray = inside.find((path) => path !== MANIFEST && !files.has(path))
  if (stray !== undefined) throw wrong(`${stray} is not listed in ${MANIFEST}`)
  for (const { path, bytes, sha256 } of listed) {
    if (!inside.includes(path)) throw wrong(`${path} is missing`)
    const hash = createHash('sha256')
    let size = 0
    for await (const chunk of createReadStream(join(folder, path)) as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.length
    }
    if (size !== bytes || hash.digest('hex') !== sha256) throw wrong(`${path} does not match its checksum`)
  }
  return files
}

function checkDefinition({ study }: Manifest, wrong: Wrong): StudyDefinition {
  const definition = parseStudy(study.definition)
  const found = studyId(definition)
  if (found !== study.id) throw wrong(`its definition stands for study ${found}, not ${study.id}`)
  return definition
}

function parseRuns(text: string, wrong: Wrong): RunLine[] {
  const lines = text.split('\n').filter((line) => line !== '')
  // `spec` is loose here; `assertSpecs` holds it against the definition.
  return lines.map(
    (line, i) => parsed(runLineSchema, line, `${RUNS}, line ${i + 1}`, wrong) as unknown as RunLine,
  )
}

/** Runs are what the definition stands for, one by one; epochs rise; nothing runs. */
function assertSpecs(lines: readonly RunLine[], definition: StudyDefinition, wrong: Wrong): void {
  const specs = expandStudy(definition)
  if (specs.length !== lines.length)
    throw wrong(`${RUNS} has ${lines.length} runs, the definition stands for ${specs.length}`)
  lines.forEach(({ record }, i) => {
    const at = `${RUNS}, line ${i + 1}`
    if (canonicalJson(record.spec) !== canonicalJson(specs[i]))
      throw wrong(`${at} is not run ${specs[i]!.key}`)
    if (record.epochs.some(({ epoch }, k) => k > 0 && epoch <= record.epochs[k - 1]!.epoch))
      throw wrong(`${at}: its epochs do not rise`)
    if (record.state === 'running') throw wrong(`${at}: a run cannot be running in a bundle`)
    if (['failed', 'diverged'].includes(record.state) && record.problem === undefined)
      throw wrong(`${at}: it ${record.state} without a reason`)
  })
}
