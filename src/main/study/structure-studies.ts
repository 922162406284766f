// What is asked about structure studies only: rows of results, the table, and the analysis, which takes a minute or so and
// is kept until more runs are done.
import { LacunaError } from '../../shared/errors.ts'
import type { StructureResults } from '../../shared/results.ts'
import type { StructureAnalysis } from '../../shared/structure-analysis.ts'
import type { StructureStudy } from '../../shared/study.ts'
import type { Chance } from '../stats/failures.ts'
import type { Store } from '../store/store.ts'
import { runAnalysis } from './analysis.ts'
import { analysisRows, structureCsv, structureResults, studyChance } from './structure-results.ts'

export interface AnalysisChoice {
  folds: number
  repeats: number
  leaveOutFailed: boolean
}

/** How an analysis is watched and cancelled. */
export interface AnalysisWatch {
  signal: AbortSignal
  progress: (done: number, total: number, what: string) => void
}

/** Analyses that are kept. */
const KEPT = 8

export class StructureStudies {
  readonly #store: Store
  readonly #known = new Map<string, StructureAnalysis>()

  constructor(store: Store) {
    this.#store = store
  }

  /**
   * List the runs of a structure study with what their graphs are like.
   * @throws LacunaError not-found, bad-request for a study of another kind
   */
  results(id: string): StructureResults {
    return this.#find(id).results
  }

  #find(id: string): { chance: Chance; results: StructureResults } {
    const { name, definition } = this.#store.studies.get(id)
    if (definition.kind !== 'structure') {
      throw new LacunaError(
        'bad-request',
        `The study '${name}' trains no random structures; open one that does.`,
      )
    }
    const { runs } = this.#store
    const chance = this.#chance(definition)
    return { chance, results: structureResults(id, chance, runs.list(id), runs.properties(id)) }
  }

  #chance(definition: StructureStudy): Chance {
    return studyChance(definition, this.#store.datasets.get(definition.dataset))
  }

  /** Write every run as a row of a table. */
  csv(id: string, definition: StructureStudy): string {
    const { runs } = this.#store
    return structureCsv(definition, this.#chance(definition), runs.records(id), runs.properties(id))
  }

  /**
   * Analyse the runs that have ended, or answer as before when they are the same runs.
   * @throws LacunaError not-found, bad-request for a study of another kind or without a run that ended, cancelled
   */
  async analyse(id: string, choice: AnalysisChoice, watch: AnalysisWatch): Promise<StructureAnalysis> {
    const { chance, results } = this.#find(id)
    const ended = results.rows.filter(({ state }) => state === 'done' || state === 'diverged')
    const { folds, repeats, leaveOutFailed } = choice
    const key = JSON.stringify([id, folds, repeats, leaveOutFailed, ended.map(({ runId }) => runId)])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const failedTrainings = leaveOutFailed ? ('leave-out' as const) : ('keep' as const)
    const options = { chance, folds, repeats, failedTrainings }
    const analysis = await runAnalysis(analysisRows(results, chance), options, {
      signal: watch.signal,
      onProgress: (fraction) => watch.progress(Math.round(fraction * 1000) / 10, 100, 'per cent'),
    })
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(key, analysis)
    return analysis
  }
}
