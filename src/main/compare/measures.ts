// What a run contributes to a chart: its values along the horizontal axis. Pure.
import type { CompareChart, CompareMoment } from '../../shared/compare.ts'
import type { Measure } from '../../shared/judgement.ts'
import { epochsToRegain } from '../../shared/results.ts'
import type { Curve } from '../store/outcomes.ts'
import type { ChosenRun } from './chosen.ts'

export interface Value {
  x: number
  y: number // accuracy 0 to 1, or epochs
  never?: boolean // did not regain; y is one epoch more than were run
}

export interface View {
  chart: CompareChart
  moment: CompareMoment
}

/** What is measured in a view. */
export function measureOf({ chart, moment }: View): Measure {
  if (chart === 'regain') return 'regain-epochs'
  return chart === 'percent' && moment === 'before' ? 'pruned-accuracy' : 'accuracy'
}

/** Names of the axes with their units. */
export function axisOf(view: View): { x: string; y: string } {
  const { chart, moment } = view
  if (chart === 'regain') return { x: 'weights pruned, %', y: 'retraining epochs' }
  if (chart === 'percent') {
    return {
      x: 'weights pruned, %',
      y: `test accuracy ${moment === 'before' ? 'right after pruning' : 'after retraining'}, %`,
    }
  }
  const y = 'test accuracy, %'
  if (chart === 'epochs') return { x: moment === 'before' ? 'training epoch' : 'retraining epoch', y }
  return { x: 'group', y: 'test accuracy after the last epoch, %' }
}

/** Tell whether a run has a place in the view at all. */
export function takesPart({ spec }: ChosenRun, { chart, moment }: View): boolean {
  if (chart === 'percent' || chart === 'regain') return spec.prune !== undefined
  if (chart === 'epochs') return (spec.prune === undefined) === (moment === 'before')
  return true
}

/** Whether whole curves are needed, not only their ends. */
export function needsCurves({ chart }: View): boolean {
  return chart === 'regain' || chart === 'epochs'
}

/** Values of a run that takes part; none while they are not known yet. */
export function valuesOf(run: ChosenRun, view: View, curve: Curve | undefined): Value[] {
  const { chart, moment } = view
  if (chart === 'epochs') return (curve ?? []).map(([x, y]) => ({ x, y }))
  if (chart === 'regain') return regainValue(run, curve)
  const x = chart === 'percent' ? run.spec.prune!.percent : 0
  const y =
    chart === 'percent' && moment === 'before' ? run.first : run.state === 'done' ? run.last : undefined
  return y === undefined ? [] : [{ x, y }]
}

function regainValue({ spec, base, margin }: ChosenRun, curve: Curve | undefined): Value[] {
  if (base === undefined || curve === undefined) return []
  const x = spec.prune!.percent
  const epochs = epochsToRegain(
    curve.map(([, accuracy]) => accuracy),
    base.accuracy,
    margin,
  )
  if (epochs !== null) return [{ x, y: epochs }]
  const whole = curve.at(-1)?.[0] === spec.epochs
  return whole ? [{ x, y: spec.epochs + 1, never: true }] : []
}

/** The value a run is judged by; `at` is a percentage where the view has them. */
export function judgedValue(run: ChosenRun, view: View, curve: Curve | undefined): number | undefined {
  if (view.chart !== 'epochs') return valuesOf(run, view, curve)[0]?.y
  return run.state === 'done' ? run.last : undefined
}
