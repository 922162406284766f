// An in-memory workbench with believable data, for looking at the interface in each of its states and for its tests.
// Answers every request of the contract; trains nothing.
import { randomBytes } from 'node:crypto'
import type { Emit, Handlers, RunSummary, Settings, StudySummary } from '../../src/shared/contract.ts'
import { judgeCheck, type EngineCheck } from '../../src/shared/engine-check.ts'
import { LacunaError } from '../../src/shared/errors.ts'
import { PRESETS } from '../../src/shared/presets.ts'
import {
  epochsToRegain,
  safePercentage,
  studyState,
  type Estimate,
  type RunRecord,
  type RunState,
  type StudyResults,
} from '../../src/shared/results.ts'
import {
  expandStudy,
  parseStudy,
  type PruningStudy,
  type RunSpec,
  type StructureStudy,
  type StudyDefinition,
} from '../../src/shared/study.ts'
import { definition, makeDataset, makeEpochs, makeRuns, type FakeDataset } from './support/fake-data.ts'
import { fakeCompareHandlers } from './support/fake-compare.ts'
import { fakeCosts } from './support/fake-cost.ts'
import { fakeReports } from './support/fake-report.ts'
import { fakePreview } from './support/fake-preview.ts'
import * as structures from './fake-structure-study.ts'
import { fakeInsights } from './fake-insight.ts'
import { fakeNetworks, fakeStructures, type StructureSource } from './fake-structures.ts'

export const SCENARIOS = ['empty', 'first', 'busy', 'full', 'failing', 'huge', 'small', 'structures'] as const
export type Scenario = (typeof SCENARIOS)[number]

interface FakeStudy {
  id: string
  name: string
  definition: StudyDefinition
  paused: boolean
  createdAt: string
  runs: RunRecord[]
}

export class FakeWorkbench {
  readonly handlers: Handlers
  readonly #datasets = new Map<string, FakeDataset>()
  readonly #studies = new Map<string, FakeStudy>()
  readonly #trash = new Map<string, FakeDataset | FakeStudy>()
  readonly #listeners = new Set<Emit>()
  readonly #scenario: Scenario
  readonly #files = new Map<string, string>()
  readonly #cancelled = new Set<string>()
  #settings: Settings = { theme: 'system', jobs: 2, engine: 'auto' }
  #timer: NodeJS.Timeout | undefined

  constructor(scenario: Scenario) {
    this.#scenario = scenario
    this.#fill(scenario)
    this.handlers = this.#makeHandlers()
    if (scenario === 'busy') this.#timer = setInterval(() => this.#tick(), 700)
  }

  subscribe(emit: Emit): () => void {
    this.#listeners.add(emit)
    return () => this.#listeners.delete(emit)
  }

  stageFile(name: string): { fileId: string } {
    const fileId = randomBytes(16).toString('hex')
    this.#files.set(fileId, name)
    return { fileId }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #emit: Emit = (name, payload) => this.#listeners.forEach((emit) => emit(name, payload))

  #fill(scenario: Scenario): void {
    if (scenario === 'empty') return
    this.#addDataset(makeDataset('e11a', 'Sample: Reber, 2 000', 2000, 1, false))
    if (scenario === 'first') return
    this.#addDataset(makeDataset('da0a', 'Darji 2021', 25_000, 7, true))
    this.#addDataset(makeDataset('b00c', 'Embedded Reber', 8000, 11, false))
    if (scenario === 'small') return this.#fillSmall()
    if (scenario === 'structures') return this.#fillStructures()
    this.#addStudy('s1', 'Pruning, five seeds', definition('da0a'), (i, _s, n) =>
      this.#stateAt(i, n, scenario),
    )
    this.#addStudy(
      's2',
      'Quick look',
      parseStudy({ ...PRESETS[0]!.definition, dataset: 'e11a' }),
      () => 'done',
    )
    const training = parseStudy({
      kind: 'training',
      dataset: 'da0a',
      seeds: [1, 2, 3],
      training: { epochs: 30 },
    })
    this.#addStudy('s3', 'Training, three seeds', training, () =>
      scenario === 'failing' ? 'cancelled' : 'done',
    )
    if (scenario === 'huge') {
      const many = { seeds: Array.from({ length: 40 }, (_, i) => i + 1) }
      this.#addStudy('s4', 'Forty seeds', definition('da0a', many), () => 'done')
      for (let i = 0; i < 200; i++)
        this.#addStudy(
          `h${i}`,
          `Sweep ${i}`,
          parseStudy({ ...PRESETS[1]!.definition, dataset: 'e11a', seeds: [i] }),
          () => 'done',
        )
    }
  }

  /** The least a study can be, and studies that have just begun. */
  #fillSmall(): void {
    const one = { cells: ['gru'], seeds: [1], prune: { percentages: [50], targets: ['both'] } }
    this.#addStudy('s1', 'One of each', definition('da0a', one), () => 'done')
    this.#addStudy('s2', 'Just begun', definition('da0a'), (i) => (i === 0 ? 'running' : 'queued'))
    const [first] = this.#study('s2').runs
    first!.epochs = makeEpochs(first!.spec, 1)
    this.#addStudy(
      's3',
      'First pruning',
      definition('da0a', { cells: ['lstm', 'gru'], seeds: [1] }),
      (_i, { prune }) => (prune === undefined || prune.percent < 30 ? 'done' : 'queued'),
    )
    this.#addStudy('s4', 'Not begun', definition('da0a'), () => 'queued')
    this.#timer = setInterval(() => this.#tick(), 700)
  }

  /** Structure studies: whole, with controls, under way, failed, not begun. */
  #fillStructures(): void {
    const add = (id: string, name: string, change: object, state: Parameters<typeof makeRuns>[2]) =>
      this.#addStudy(id, name, structures.structureDefinition('da0a', change), state)
    add('g1', 'Published structures', {}, () => 'done')
    const families = [
      { kind: 'barabasi-albert', count: 20 },
      { kind: 'erdos-renyi', count: 20 },
      { kind: 'kleinberg', count: 20 },
    ]
    const rewired = { families, rewired: 2 }
    const few = { cells: ['lstm', 'gru'], seeds: [1, 2], padding: 'process', structure: rewired }
    add('g2', 'With rewired controls', few, () => 'done')
    add('g3', 'Under way', {}, (i) => (i < 30 ? 'done' : i < 32 ? 'running' : 'queued'))
    add('g4', 'All diverged', { cells: ['rnn-relu'] }, () => 'diverged')
    add('g5', 'Not begun', {}, () => 'queued')
    this.#timer = setInterval(() => this.#tick(), 700)
  }

  #stateAt(index: number, total: number, scenario: Scenario): RunState {
    if (scenario === 'full' || scenario === 'huge') return 'done'
    if (scenario === 'failing')
      return index % 97 === 13
        ? 'failed'
        : index % 61 === 20
          ? 'diverged'
          : index < total * 0.8
            ? 'done'
            : 'cancelled'
    return index < total * 0.45 ? 'done' : index < total * 0.45 + 2 ? 'running' : 'queued'
  }

  #addDataset(dataset: FakeDataset): void {
    this.#datasets.set(dataset.dataset.id, dataset)
  }

  #addStudy(
    id: string,
    name: string,
    study: StudyDefinition,
    state: Parameters<typeof makeRuns>[2],
  ): FakeStudy {
    const made = {
      id,
      name,
      definition: study,
      paused: false,
      createdAt: '2026-11-23T09:15:00Z',
      runs:
        study.kind === 'structure' ? structures.structureRuns(id, study, state) : makeRuns(id, study, state),
    }
    this.#studies.set(id, made)
    return made
  }

  /** One step of the runs that compute: progress samples, and an epoch every few steps. */
  #tick(): void {
    for (const study of this.#studies.values()) {
      if (study.paused) continue
      for (const run of study.runs.filter(({ state }) => state === 'running')) this.#advance(study, run)
    }
    this.#emit('queue/changed', this.#queue())
  }

  #advance(study: FakeStudy, run: RunRecord): void {
    const epoch = (run.epochs.at(-1)?.epoch ?? 0) + 1
    const batch = Math.floor(Math.random() * 586)
    this.#emit('run/progressed', {
      runId: run.id,
      studyId: study.id,
      epoch,
      epochs: run.spec.epochs,
      phase: batch > 540 ? 'testing' : 'training',
      batch,
      batches: 586,
      loss: 0.3,
      remainingMs: 372_000,
    })
    if (batch < 400) return
    const record = epochsOf(study.definition, run.spec, epoch).at(-1)!
    run.epochs.push(record)
    this.#emit('epoch/finished', { studyId: study.id, runId: run.id, record })
    if (epoch < run.spec.epochs) return
    run.state = 'done'
    const next = study.runs.find(({ state }) => state === 'queued')
    if (next !== undefined) next.state = 'running'
    this.#emit('studies/changed', { id: study.id })
  }

  #queue() {
    const runs = [...this.#studies.values()]
      .filter(({ paused }) => !paused)
      .flatMap(({ runs: own }) => {
        const open = own.some(({ state }) => state === 'queued' || state === 'running')
        return open ? own : []
      })
    const count = (state: RunState) => runs.filter((run) => run.state === state).length
    const problem = {
      code: 'disk-full' as const,
      message:
        'The volume of the workspace has 12 MB left; 48 MB are needed for the next checkpoint. Free some room; the queue goes on by itself.',
    }
    return {
      running: count('running'),
      waiting: count('queued'),
      finished: count('done'),
      ...(count('queued') > 0 ? { remainingMs: 372_000 } : {}),
      ...(this.#scenario === 'failing' ? { problem } : {}),
    }
  }

  #summary(study: FakeStudy): StudySummary {
    const runs = Object.fromEntries(
      (['queued', 'running', 'interrupted', 'done', 'diverged', 'failed', 'cancelled'] as const).map(
        (state) => [state, study.runs.filter((run) => run.state === state).length],
      ),
    ) as Record<RunState, number>
    const state = studyState(
      study.paused,
      study.runs.map((run) => run.state),
      study.definition.kind,
    )
    return {
      id: study.id,
      name: study.name,
      definition: study.definition,
      paused: study.paused,
      createdAt: study.createdAt,
      state,
      runs,
      datasetName: this.#datasets.get(study.definition.dataset)?.dataset.name ?? 'deleted dataset',
      epochsDone: study.runs.reduce(
        (sum, { epochs }) => sum + epochs.filter(({ epoch }) => epoch > 0).length,
        0,
      ),
      epochsTotal: study.runs.reduce((sum, { spec }) => sum + spec.epochs, 0),
      ...(state === 'running' ? { remainingMs: 372_000 } : {}),
    }
  }

  #dataset(id: string): FakeDataset {
    const found = this.#datasets.get(id)
    if (found === undefined)
      throw new LacunaError(
        'not-found',
        `There is no dataset ${id} in this workspace; it may have been deleted.`,
      )
    return found
  }

  #study(id: string): FakeStudy {
    const found = this.#studies.get(id)
    if (found === undefined)
      throw new LacunaError(
        'not-found',
        `There is no study ${id} in this workspace; it may have been deleted.`,
      )
    return found
  }

  #change(id: string, change: (study: FakeStudy) => void): Promise<StudySummary> {
    const study = this.#study(id)
    change(study)
    this.#emit('studies/changed', { id })
    this.#emit('queue/changed', this.#queue())
    return Promise.resolve(this.#summary(study))
  }

  async #work(task: string, total: number): Promise<void> {
    for (let done = 0; done < total; done += total / 10) {
      if (this.#cancelled.has(task))
        throw new LacunaError('cancelled', 'The import was cancelled; nothing was stored.')
      this.#emit('task/progressed', { task, done: Math.round(done), total, what: 'rows' })
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  }

  #makeHandlers(): Handlers {
    const source: StructureSource = {
      run: (id) => this.#run(id),
      study: (id) => this.#study(id),
      dataset: (id) => this.#dataset(id),
      work: (task, total) => this.#work(task, total),
    }
    const networks = fakeNetworks(source)
    return {
      ...this.#appHandlers(),
      ...this.#datasetHandlers(),
      ...this.#studyHandlers(),
      ...this.#structureStudyHandlers(),
      ...this.#compareHandlers(),
      ...fakeCosts({
        run: (id) => this.#run(id),
        work: (task, total) => this.#work(task, total),
        engine: this.#scenario !== 'failing',
      }),
      ...fakeReports({
        study: (id) => ({ summary: this.#summary(this.#study(id)), runs: this.#study(id).runs }),
        dataset: (id) => this.#dataset(id),
        results: (id) => results(this.#study(id)),
        structures: (id) => this.handlers['study/structures']({ id }),
        fileName: (fileId) => this.#files.get(fileId) ?? 'the file',
      }),
      ...fakeStructures(source, networks),
      ...fakeInsights(source, networks),
    }
  }

  #compareHandlers() {
    return fakeCompareHandlers({
      studies: () => [...this.#studies.values()],
      datasetName: (id) => this.#datasets.get(id)?.dataset.name ?? 'deleted dataset',
      results: (id) => results(this.#study(id)),
      analysis: (id) =>
        this.handlers['study/analyse']({ id, folds: 10, repeats: 10, leaveOutFailed: false, task: id }),
      emit: this.#emit,
      failing: this.#scenario === 'failing',
    })
  }

  #appHandlers() {
    const failing = this.#scenario === 'failing'
    return {
      'app/info': () =>
        Promise.resolve({
          version: '0.1.0',
          node: '24.21.0',
          platform: 'linux x64',
          cores: 8,
          cpu: 'AMD Ryzen 7 7840U',
          engines: [
            {
              name: 'fused' as const,
              available: !failing,
              version: '0.1.0',
              instructionSet: 'avx512',
              ...(failing ? { reason: 'The binding could not be loaded; run npm rebuild.' } : {}),
            },
            {
              name: 'tensorflow' as const,
              available: true,
              version: '4.22.0',
              library: 'libtensorflow 2.21.0',
              instructionSet: 'avx2',
            },
          ],
          workspace: { path: '/home/ada/.local/share/lacuna', bytes: 41_300_000 },
        }),
      'app/doctor': () =>
        Promise.resolve([
          { name: 'Node', ok: true, found: '24.21.0' },
          { name: 'SQLite', ok: true, found: '3.51.4, WAL, synchronous FULL' },
          {
            name: 'Engine fused',
            ok: !failing,
            found: failing ? 'not loaded' : '0.1.0, avx512',
            ...(failing ? { todo: 'Run npm rebuild lacuna-native, or set LACUNA_ENGINE=tensorflow.' } : {}),
          },
          { name: 'Engine tensorflow', ok: true, found: 'libtensorflow 2.21.0' },
          { name: 'Workspace', ok: true, found: '41 MB, 212 GB free' },
        ]),
      'settings/get': () => Promise.resolve(this.#settings),
      'settings/change': (part) => {
        this.#settings = { ...this.#settings, ...(part as Partial<Settings>) }
        this.#emit('settings/changed', this.#settings)
        return Promise.resolve(this.#settings)
      },
      'task/cancel': ({ task }: { task: string }) => {
        this.#cancelled.add(task)
        return Promise.resolve(null)
      },
      'file/discard': () => Promise.resolve(null),
      'queue/status': () => Promise.resolve(this.#queue()),
    } satisfies Partial<Handlers>
  }

  #datasetHandlers() {
    const store = (made: FakeDataset) => {
      this.#addDataset(made)
      this.#emit('datasets/changed', { id: made.dataset.id })
      return made.dataset
    }
    return {
      'dataset/preview': async ({ file, test, options, task }) => {
        await this.#work(task, 18_750)
        const name = this.#files.get(file.fileId)
        if (name === undefined)
          throw new LacunaError('not-found', 'The file is no longer at hand; drop it again.')
        return fakePreview(
          name,
          test === undefined ? undefined : (this.#files.get(test.fileId) ?? 'test.csv'),
          options,
        )
      },
      'dataset/import': async ({ name, task }) => {
        await this.#work(task, 25_000)
        return store(makeDataset(randomBytes(4).toString('hex'), name, 25_000, 7, true))
      },
      'dataset/generate': async ({ name, generate, task }) => {
        await this.#work(task, generate.size)
        return store(
          makeDataset(
            randomBytes(4).toString('hex'),
            name,
            Math.min(generate.size, 25_000),
            generate.seed,
            false,
          ),
        )
      },
      'dataset/list': () => Promise.resolve([...this.#datasets.values()].map(({ dataset }) => dataset)),
      'dataset/show': async ({ id }) => {
        const { dataset, profile, baselines } = this.#dataset(id)
        return Promise.resolve({ dataset, profile, baselines })
      },
      'dataset/sequences': async ({ id, split, offset, limit, label, contains }) => {
        const all = this.#dataset(id)
          [split].map((sequence, index) => ({ ...sequence, index }))
          .filter(
            (s) =>
              (label === undefined || s.label === label) &&
              (contains === undefined || s.text.includes(contains)),
          )
        return Promise.resolve({ total: all.length, offset, sequences: all.slice(offset, offset + limit) })
      },
      'dataset/rename': async ({ id, name }) => {
        this.#dataset(id).dataset.name = name
        this.#emit('datasets/changed', { id })
        return Promise.resolve(this.#dataset(id).dataset)
      },
      'dataset/delete': async ({ id }) => {
        this.#trash.set(id, this.#dataset(id))
        this.#datasets.delete(id)
        this.#emit('datasets/changed', { id })
        return Promise.resolve(null)
      },
      'dataset/restore': async ({ id }) => Promise.resolve(store(this.#trash.get(id) as FakeDataset)),
    } satisfies Partial<Handlers>
  }

  #studyHandlers() {
    const setAll = (from: RunState[], to: RunState) => (study: FakeStudy) => {
      for (const run of study.runs) if (from.includes(run.state)) run.state = to
    }
    return {
      'study/presets': () => Promise.resolve([...PRESETS]),
      'study/plan': async ({ definition: given }) => {
        const study = parseStudy(given)
        const runs = expandStudy(study)
        const epochs = runs.reduce((sum, run) => sum + run.epochs, 0)
        return Promise.resolve({
          id: 'f'.repeat(64),
          exists: false,
          definition: study,
          runs,
          diskBytes: runs.length * 310_000,
          estimate: { ms: epochs * 240, basis: 'measured on this machine: 0.24 s per epoch' },
        })
      },
      'study/start': async ({ definition: given, name }) => {
        const id = `n${this.#studies.size}`
        const study = this.#addStudy(id, name ?? 'New study', parseStudy(given), (i) =>
          i < 2 ? 'running' : 'queued',
        )
        this.#timer ??= setInterval(() => this.#tick(), 200)
        return this.#change(study.id, () => undefined)
      },
      'study/list': () => Promise.resolve([...this.#studies.values()].map((study) => this.#summary(study))),
      'study/show': async ({ id }) => {
        const study = this.#study(id)
        return Promise.resolve({ summary: this.#summary(study), runs: study.runs.map(runSummary) })
      },
      'study/results': async ({ id }) => Promise.resolve(results(this.#study(id))),
      'study/csv': async ({ id }) =>
        Promise.resolve({ fileName: `${this.#study(id).name}.csv`, text: 'run,epoch,accuracy\r\n' }),
      'study/rename': ({ id, name }) => this.#change(id, (study) => (study.name = name)),
      'study/pause': ({ id }) => this.#change(id, (study) => (study.paused = true)),
      'study/resume': ({ id }) =>
        this.#change(id, (study) => {
          study.paused = false
          setAll(['failed', 'cancelled', 'diverged'], 'queued')(study)
        }),
      'study/cancel': ({ id }) => this.#change(id, setAll(['queued', 'running'], 'cancelled')),
      'study/delete': async ({ id }) => {
        this.#trash.set(id, this.#study(id))
        this.#studies.delete(id)
        this.#emit('studies/changed', { id })
        return Promise.resolve(null)
      },
      'study/restore': async ({ id }) => {
        this.#studies.set(id, this.#trash.get(id) as FakeStudy)
        return this.#change(id, () => undefined)
      },
      'run/show': async ({ id }) => Promise.resolve(this.#run(id)),
      'run/retry': async ({ id }) => {
        const run = this.#run(id)
        run.state = 'queued'
        this.#emit('studies/changed', { id: run.studyId })
        return Promise.resolve(runSummary(run))
      },
      'run/check': async ({ id, epochs, task }) => {
        await this.#work(task, 586 * epochs)
        return engineCheck(this.#run(id), epochs)
      },
    } satisfies Partial<Handlers>
  }

  #structureStudyHandlers() {
    const rows = (id: string) => {
      const { definition: study, runs } = this.#study(id)
      return structures.structureRows(study as StructureStudy, runs)
    }
    return {
      'study/structures': async ({ id }) =>
        Promise.resolve({ studyId: id, chance: structures.CHANCE, rows: rows(id) }),
      'study/analyse': async ({ id, leaveOutFailed, task }) => {
        await this.#work(task, 48)
        return structures.structureAnalysis(rows(id), leaveOutFailed)
      },
      'graph/import': async ({ file, options }) =>
        Promise.resolve(structures.graphImport(this.#files.get(file.fileId) ?? 'gone', options)),
      'graph/sample': async ({ structure, family, index }) =>
        Promise.resolve(structures.graphSample(structure, family, index)),
    } satisfies Partial<Handlers>
  }

  #run(id: string): RunRecord {
    const run = [...this.#studies.values()].flatMap(({ runs }) => runs).find((r) => r.id === id)
    if (run === undefined) throw new LacunaError('not-found', `There is no run ${id}.`)
    return run
  }
}

/** Two engines that differ by rounding only. */
function engineCheck(run: RunRecord, count: number): EngineCheck {
  const records = run.epochs.filter(({ epoch }) => epoch <= count)
  const epochs = records.map((own) => {
    const shifted = (by: number) => ({ ...own, test: { ...own.test, loss: own.test.loss * (1 + by) } })
    return { epoch: own.epoch, own, other: shifted(2.1e-6), twin: shifted(-3.4e-6) }
  })
  const weights = { largest: 7.6e-6, overall: 1.2e-6 }
  return judgeCheck({
    runId: run.id,
    own: { name: 'fused', version: '1.0.0', instructionSet: 'avx512' },
    other: { name: 'tensorflow', version: '4.22.0', library: '2.21.0' },
    first: { batches: 10, epochs, weights, twin: { largest: 4e-6, overall: 4.6e-6 } },
    whole: {
      batches: 586 * count,
      epochs,
      weights: { largest: 0.17, overall: 0.19 },
      twin: { largest: 0.15, overall: 0.16 },
    },
  })
}

function epochsOf(study: StudyDefinition, spec: RunSpec, upTo: number) {
  return study.kind === 'structure' ? structures.structureEpochs(study, spec, upTo) : makeEpochs(spec, upTo)
}

function runSummary({ epochs, ...run }: RunRecord): RunSummary {
  const last = epochs.at(-1)
  return {
    ...run,
    epochsDone: epochs.filter(({ epoch }) => epoch > 0).length,
    accuracies: epochs.map(({ test }) => test.accuracy),
    ...(last === undefined ? {} : { last }),
  }
}

function estimate(values: readonly number[]): Estimate {
  if (values.length === 0) return { n: 0, mean: 0 }
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  if (values.length < 2) return { n: 1, mean }
  return { n: values.length, mean, low: Math.min(...values), high: Math.max(...values) }
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): T[][] {
  return [...Map.groupBy(items, key).values()]
}

function results(study: FakeStudy): StudyResults {
  const margin = study.definition.kind === 'pruning' ? study.definition.margin : 1
  const base = study.runs
    .filter(({ spec, epochs }) => spec.kind === 'base' && epochs.length > 0)
    .map(({ id, spec, epochs }) => ({ cell: spec.cell, seed: spec.seed, runId: id, epochs }))
  const dense = new Map(
    base.map(({ cell, seed, epochs }) => [`${cell} ${seed}`, epochs.at(-1)!.test.accuracy]),
  )
  const pruned = study.runs
    .filter(({ spec, epochs }) => spec.prune !== undefined && epochs.length > 0)
    .map(({ id, spec, epochs }) => {
      const { cell, seed, prune } = spec
      const accuracy = epochs.map(({ test }) => test.accuracy)
      const baseAccuracy = dense.get(`${cell} ${seed}`) ?? 0
      const { target, criterion, percent } = prune!
      return {
        runId: id,
        cell,
        seed,
        target,
        criterion,
        percent,
        baseAccuracy,
        accuracy,
        nonzeros: epochs.at(-1)!.nonzeros,
        recurrentWeights: 30_000,
        epochsToRegain: epochsToRegain(accuracy, baseAccuracy, margin),
      }
    })
  const retrain = (study.definition as PruningStudy).prune?.retrainEpochs ?? 0
  const levels = groupBy(pruned, (r) => `${r.cell} ${r.target} ${r.criterion} ${r.percent}`).map((runs) => {
    const { cell, target, criterion, percent } = runs[0]!
    const regained = runs.flatMap((r) => r.epochsToRegain ?? [])
    return {
      cell,
      target,
      criterion,
      percent,
      before: estimate(runs.map((r) => r.accuracy[0]!)),
      after: estimate(runs.flatMap((r) => r.accuracy[retrain] ?? [])),
      regain: { n: runs.length, never: runs.length - regained.length, estimate: estimate(regained) },
    }
  })
  const percentages = (study.definition as PruningStudy).prune?.percentages.length
  const safe = groupBy(pruned, (r) => `${r.cell} ${r.target} ${r.criterion}`).map((runs) => {
    const { cell, target, criterion } = runs[0]!
    const perSeed = groupBy(runs, (r) => String(r.seed)).map((own) => ({
      seed: own[0]!.seed,
      percent: safePercentage(
        own.map((r) => ({ percent: r.percent, accuracy: r.accuracy[0]! })),
        own[0]!.baseAccuracy,
        margin,
      ),
      complete: own.length === percentages,
    }))
    return { cell, target, criterion, perSeed, estimate: estimate(perSeed.map(({ percent }) => percent)) }
  })
  return { studyId: study.id, margin, base, pruned, levels, safe }
}
