// Everything a report is made from. Reports are pure functions of this: no clock, no store, no machine.
import type { StudySummary } from '../../shared/contract.ts'
import type { Baseline, Dataset, DatasetProfile } from '../../shared/dataset.ts'
import type { Published } from '../../shared/published.ts'
import type { RunRecord, StructureResults, StudyResults } from '../../shared/results.ts'

/** Sizes of what is stored of a run, in bytes. */
export interface StoredSizes {
  runId: string
  weights?: number
  masks?: number
}

export interface ReportInput {
  study: Pick<StudySummary, 'id' | 'name' | 'definition' | 'datasetName' | 'state' | 'createdAt'>
  dataset: Dataset
  profile: DatasetProfile
  baselines: readonly Baseline[]
  runs: readonly RunRecord[]
  results: StudyResults
  structures?: StructureResults // of a structure study
  published: Published
  sizes: readonly StoredSizes[]
  version: string // of the Lacuna that writes the report
}
