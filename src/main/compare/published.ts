// The published results (resources/published.json) as curves beside our groups. Checked once when first asked for.
import { z } from 'zod'
import stored from '../../../resources/published.json' with { type: 'json' }
import type { PublishedCurve } from '../../shared/compare.ts'
import { LacunaError } from '../../shared/errors.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import { publishedSchema, type Published } from '../../shared/published.ts'
import { epochsToRegain } from '../../shared/results.ts'
import type { RunGroup } from './groups.ts'
import type { View } from './measures.ts'

let known: Published | undefined

/** @throws LacunaError internal when the file that comes with Lacuna is not what it should be */
export function publishedResults(): Published {
  if (known === undefined) {
    const parsed = publishedSchema.safeParse(stored)
    if (!parsed.success)
      throw new LacunaError('internal', `resources/published.json: ${z.prettifyError(parsed.error)}`)
    known = parsed.data
  }
  return known
}

/** Published retraining epochs; a level that never regained counts as 11, one more than were run. */
const NEVER = 11

/**
 * Published curves of the architectures and targets that single groups stand for. A group that mixes architectures or
 * targets, or is not pruned by magnitude, has none.
 * @param margin percentage points within which accuracy counts as regained
 */
export function publishedCurves(groups: readonly RunGroup[], view: View, margin: number): PublishedCurve[] {
  const wanted = new Map<string, PublishedCurve>()
  for (const { settings } of groups) {
    const { cell, target, criterion } = settings
    if (cell === undefined || settings.kind === 'structure') continue
    const base = view.chart === 'epochs' && view.moment === 'before'
    if (!base && (target === undefined || (criterion !== undefined && criterion !== 'magnitude'))) continue
    const points = pointsOf(cell, base ? undefined : target, view, margin, settings.percent)
    if (points.length === 0) continue
    const name = `${CELL_NAMES[cell as keyof typeof CELL_NAMES]}${base ? '' : `, ${target!}`}, published`
    wanted.set(`${name} ${settings.percent ?? ''}`, {
      name,
      cell,
      ...(base ? {} : { target: target! }),
      points,
    })
  }
  return [...wanted.values()]
}

function pointsOf(
  cell: string,
  target: string | undefined,
  { chart, moment }: View,
  margin: number,
  percent: string | undefined,
): [number, number][] {
  const own = publishedResults().pruning.find((entry) => entry.cell === cell)
  if (own === undefined || chart === 'groups') return []
  if (target === undefined) return own.base.map((accuracy, i) => [i + 1, accuracy])
  const levels = own.levels.filter((level) => level.target === target)
  const dense = own.base.at(-1)!
  if (chart === 'epochs') {
    const level = levels.find((one) => String(one.percent) === percent)
    return level === undefined ? [] : level.accuracy.map((accuracy, epoch) => [epoch, accuracy])
  }
  if (chart === 'regain') {
    return levels.map((level) => [level.percent, epochsToRegain(level.accuracy, dense, margin) ?? NEVER])
  }
  return [
    [0, dense],
    ...levels.map((level): [number, number] => [
      level.percent,
      moment === 'before' ? level.accuracy[0]! : level.accuracy.at(-1)!,
    ]),
  ]
}
