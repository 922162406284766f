// Analyses of structure studies that were made already, kept until more runs are done: one takes a minute or so.
import type { StructureAnalysis, StructureRow } from '../../shared/structure-analysis.ts'
import type { Chance } from '../stats/failures.ts'
import { runAnalysis, type AnalysisContext } from './analysis.ts'

export interface AnalysisChoice {
  folds: number
  repeats: number
  leaveOutFailed: boolean
}

/** Analyses that are kept. */
const KEPT = 8

export class Analyses {
  readonly #known = new Map<string, StructureAnalysis>()

  /**
   * Analyse the rows of a study, or answer as before when they are the same runs.
   * @param ended ids of the runs the rows come from
   * @throws LacunaError bad-request without rows, cancelled
   */
  async of(
    study: { id: string; rows: readonly StructureRow[]; ended: readonly string[]; chance: Chance },
    { folds, repeats, leaveOutFailed }: AnalysisChoice,
    context: AnalysisContext,
  ): Promise<StructureAnalysis> {
    const key = JSON.stringify([study.id, folds, repeats, leaveOutFailed, study.ended])
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const failedTrainings = leaveOutFailed ? ('leave-out' as const) : ('keep' as const)
    const options = { chance: study.chance, folds, repeats, failedTrainings }
    const analysis = await runAnalysis(study.rows, options, context)
    if (this.#known.size >= KEPT) this.#known.delete(this.#known.keys().next().value!)
    this.#known.set(key, analysis)
    return analysis
  }
}
