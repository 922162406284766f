// The compare requests of the fake workbench: the real comparison over studies that lie in memory instead of a store.
import type { CompareSource } from '../../../src/main/compare/chosen.ts'
import { compareList, compareRuns, judgeClaims, judgeRuns } from '../../../src/main/compare/service.ts'
import { NO_ANNOTATION, type Annotation } from '../../../src/shared/compare.ts'
import type { Emit, Handlers } from '../../../src/shared/contract.ts'
import { LacunaError } from '../../../src/shared/errors.ts'
import type { RunRecord, StudyResults } from '../../../src/shared/results.ts'
import type { StructureAnalysis } from '../../../src/shared/structure-analysis.ts'
import type { StudyDefinition } from '../../../src/shared/study.ts'

interface FakeStudy {
  id: string
  name: string
  definition: StudyDefinition
  paused: boolean
  createdAt: string
  runs: RunRecord[]
}

export interface FakeCompareParts {
  studies: () => FakeStudy[] // oldest first
  datasetName: (id: string) => string
  results: (id: string) => StudyResults
  analysis: (id: string) => Promise<StructureAnalysis>
  emit: Emit
  failing: boolean // the list cannot be read
}

type Words = Record<'study' | 'run', Map<string, Annotation>>

function outcomesOf(study: FakeStudy) {
  const byKey = new Map(study.runs.map((run) => [run.spec.key, run.id]))
  return study.runs.map(({ id, spec, state, epochs, engine }) => {
    const baseId = spec.base === undefined ? undefined : byKey.get(spec.base)
    return {
      id,
      studyId: study.id,
      spec,
      state,
      ...(engine === undefined ? {} : { engine: engine.name }),
      ...(baseId === undefined ? {} : { baseId }),
      ...(epochs.length === 0 ? {} : { first: epochs[0]!.test.accuracy, last: epochs.at(-1)!.test.accuracy }),
    }
  })
}

function sourceOf({ studies, datasetName }: FakeCompareParts, words: Words): CompareSource {
  const stored = (study: FakeStudy) => ({
    ...study,
    datasetName: datasetName(study.definition.dataset),
    removed: false,
  })
  const newest = () => studies().toReversed()
  return {
    studies: {
      get: (id) => stored(studies().find((study) => study.id === id)!),
      list: () => newest().map(stored),
    },
    outcomes: {
      list: () => newest().flatMap(outcomesOf),
      of: (ids) =>
        newest()
          .filter(({ id }) => ids.includes(id))
          .flatMap(outcomesOf),
      studiesOf: (runs) =>
        studies()
          .filter((study) => study.runs.some(({ id }) => runs.includes(id)))
          .map(({ id }) => id),
      curves: (runs) => {
        const wanted = new Set(runs)
        return new Map(
          studies()
            .flatMap((study) => study.runs)
            .filter(({ id }) => wanted.has(id))
            .map(({ id, epochs }) => [
              id,
              epochs.map(({ epoch, test }) => [epoch, test.accuracy, test.loss] as const),
            ]),
        )
      },
    },
    annotations: { all: (what) => words[what] },
  }
}

/** Build the handlers; what is written is kept as long as the fake lives. */
export function fakeCompareHandlers(parts: FakeCompareParts) {
  const words: Words = { study: new Map(), run: new Map() }
  const source = sourceOf(parts, words)
  return {
    'compare/list': async () => {
      if (parts.failing)
        throw new LacunaError(
          'item-damaged',
          'The runs of study s1 could not be read: page 4 of the database is damaged; restore the last backup.',
        )
      return Promise.resolve(compareList(source))
    },
    'compare/show': async (question) => Promise.resolve(compareRuns(source, question)),
    'compare/judge': async (question) => Promise.resolve(judgeRuns(source, question)),
    'compare/claims': async ({ id }) => {
      const { definition } = source.studies.get(id)
      if (definition.kind === 'structure')
        return judgeClaims({ definition, analysis: await parts.analysis(id) })
      return judgeClaims({ definition, results: parts.results(id) })
    },
    'compare/annotate': async ({ study, run, ...change }) => {
      const [what, id] = study === undefined ? (['run', run!] as const) : (['study', study] as const)
      const before = words[what].get(id) ?? NO_ANNOTATION
      const after = {
        note: change.note ?? before.note,
        tags: [...new Set(change.tags ?? before.tags)],
        favourite: change.favourite ?? before.favourite,
      }
      words[what].set(id, after)
      parts.emit('studies/changed', { id })
      return Promise.resolve(after)
    },
  } satisfies Partial<Handlers>
}
