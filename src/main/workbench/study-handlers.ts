// Everything behind study/*, run/* and queue/*: the study service, seen through the contract.
import type { Handlers } from '../../shared/contract.ts'
import type { StudyService } from '../study/service.ts'
import type { Tasks } from './tasks.ts'

type StudyHandlers = Omit<
  Pick<Handlers, Extract<keyof Handlers, `study/${string}` | `run/${string}` | `queue/${string}`>>,
  'study/presets'
>

/** Build the handlers of the study area. */
export function studyHandlers(studies: StudyService, tasks: Tasks): StudyHandlers {
  return {
    'study/plan': async ({ definition }) => studies.plan(definition),
    'study/start': async ({ definition, name }) => studies.start(definition, name),
    'study/list': async () => studies.list(),
    'study/show': async ({ id }) => studies.show(id),
    'study/results': async ({ id }) => studies.results(id),
    'study/structures': async ({ id }) => studies.structures(id),
    'study/analyse': async ({ id, task, ...choice }) =>
      tasks.run(task, (watch) => studies.analyse(id, choice, watch)),
    'study/csv': async ({ id }) => studies.csv(id),
    'study/rename': async ({ id, name }) => studies.rename(id, name),
    'study/pause': async ({ id }) => studies.pause(id),
    'study/resume': async ({ id }) => studies.resume(id),
    'study/cancel': async ({ id }) => studies.cancel(id),
    'study/delete': async ({ id }) => {
      studies.delete(id)
      return null
    },
    'study/restore': async ({ id }) => studies.restore(id),
    'run/show': async ({ id }) => studies.run(id),
    'run/retry': async ({ id }) => studies.retry(id),
    'run/check': async ({ id, epochs, task }) => tasks.run(task, (watch) => studies.check(id, epochs, watch)),
    'queue/status': async () => studies.status(),
  }
}
