// Everything behind cost/*: what runs cost, counted from what is stored, and timed on this machine when asked to.
import type { Handlers } from '../../shared/contract.ts'
import type { RunCost } from '../../shared/cost.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { RunRecord } from '../../shared/results.ts'
import { runCost, type StoredSizes } from '../report/cost.ts'
import type { Store } from '../store/store.ts'
import type { CostMeter } from '../study/cost-meter.ts'
import type { Tasks } from './tasks.ts'

type CostHandlers = Pick<Handlers, Extract<keyof Handlers, `cost/${string}`>>

export interface CostParts {
  store: Store
  meter: CostMeter
  tasks: Tasks
}

/** Build the handlers of the cost area. */
export function costHandlers({ store, meter, tasks }: CostParts): CostHandlers {
  return {
    'cost/show': async ({ runs }) => ({
      costs: costsOf(
        store,
        runs.map((id) => store.runs.get(id)),
      ),
    }),
    'cost/measure': async ({ run, task }) =>
      tasks.run(task, async ({ signal }) => {
        await meter.measure(run, signal)
        const [cost] = costsOf(store, [store.runs.get(run)])
        if (cost === undefined) {
          throw new LacunaError('conflict', `Run ${run} has not finished an epoch; measure it when it has.`)
        }
        return cost
      }),
  }
}

/** Costs of runs in their order; those without an epoch have none. */
export function costsOf(store: Store, runs: readonly RunRecord[]): RunCost[] {
  const sizes = new Map<string, StoredSizes>()
  for (const study of new Set(runs.map(({ studyId }) => studyId))) {
    for (const { runId, kind, bytes } of store.transfer.sizes(study))
      if (kind !== 'checkpoint') sizes.set(runId, { ...sizes.get(runId), [kind]: bytes })
  }
  const measured = store.costs.of(runs.map(({ id }) => id))
  return runs.flatMap((run) => runCost(run, sizes.get(run.id), measured.get(run.id)) ?? [])
}
