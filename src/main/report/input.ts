// Everything a report is made from. Reports are pure functions of this: no clock, no store, no machine.
import type { StudySummary } from '../../shared/contract.ts'
import type { RunCost } from '../../shared/cost.ts'
import type { Baseline, Dataset, DatasetProfile } from '../../shared/dataset.ts'
import type { Published } from '../../shared/published.ts'
import type { RunRecord, StructureResults, StudyResults } from '../../shared/results.ts'

export interface ReportInput {
  study: Pick<StudySummary, 'id' | 'name' | 'definition' | 'datasetName' | 'state' | 'createdAt'>
  dataset: Dataset
  profile: DatasetProfile
  baselines: readonly Baseline[]
  runs: readonly RunRecord[]
  results: StudyResults
  structures?: StructureResults // of a structure study
  published: Published
  costs: readonly RunCost[] // of the runs that have an epoch
  version: string // of the Lacuna that writes the report
}
