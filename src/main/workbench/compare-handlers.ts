// Everything behind compare/*: comparing runs of any studies, seen through the contract.
import type { Emit, Handlers } from '../../shared/contract.ts'
import { compareList, compareRuns, judgeClaims, judgeRuns } from '../compare/service.ts'
import type { Store } from '../store/store.ts'
import type { StudyService } from '../study/service.ts'
import type { TaskContext, Tasks } from './tasks.ts'

type CompareHandlers = Pick<Handlers, Extract<keyof Handlers, `compare/${string}`>>

export interface CompareParts {
  store: Store
  studies: StudyService
  tasks: Tasks
  emit: Emit
}

/** Build the handlers of the compare area. */
export function compareHandlers({ store, studies, tasks, emit }: CompareParts): CompareHandlers {
  return {
    'compare/list': async () => compareList(store),
    'compare/show': async (question) => compareRuns(store, question),
    'compare/judge': async (question) => judgeRuns(store, question),
    'compare/claims': async ({ id, task }) =>
      tasks.run(task, (watch) => claimsOf({ store, studies }, id, watch)),
    'compare/annotate': async ({ study, run, ...change }) => {
      const annotation =
        study === undefined
          ? store.annotations.change('run', run!, change) // the schema lets through one of the two
          : store.annotations.change('study', study, change)
      emit('studies/changed', { id: study ?? store.runs.get(run!).studyId })
      return annotation
    },
  }
}

/** The study as published, the analysis with the folds of the contract's default, so that it is made once. */
async function claimsOf(
  { store, studies }: Pick<CompareParts, 'store' | 'studies'>,
  text: string,
  watch: TaskContext,
) {
  const { id, definition } = store.studies.get(store.studies.resolve(text))
  if (definition.kind === 'pruning') return judgeClaims({ definition, results: studies.results(id) })
  if (definition.kind !== 'structure') return judgeClaims({ definition })
  const ended = studies.structures(id).rows.some(({ state }) => state === 'done' || state === 'diverged')
  if (!ended) return judgeClaims({ definition })
  const choice = { folds: 10, repeats: 10, leaveOutFailed: false }
  return judgeClaims({ definition, analysis: await studies.analyse(id, choice, watch) })
}
