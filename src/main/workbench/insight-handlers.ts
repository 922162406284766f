// Everything behind insight/*: what pruning did to a network, seen through the contract.
import type { Handlers } from '../../shared/contract.ts'
import type { Insights } from '../study/insight.ts'
import type { Tasks } from './tasks.ts'

type InsightHandlers = Pick<Handlers, Extract<keyof Handlers, `insight/${string}`>>

/** Build the handlers of the insight area. */
export function insightHandlers({ insights, tasks }: { insights: Insights; tasks: Tasks }): InsightHandlers {
  return {
    'insight/show': (args) => insights.show(args),
    'insight/outcomes': ({ task, ...asked }) => tasks.run(task, (watch) => insights.outcomes(asked, watch)),
  }
}
