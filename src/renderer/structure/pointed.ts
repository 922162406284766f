// What lies under the pointer: a unit, else the strongest connection near it. Pure.
import type { StructureUnit } from '../../shared/structure-view.ts'
import { distanceTo } from './geometry.ts'
import type { PaintedConnection, PaintedPicture, Viewport } from './paint.ts'

export interface StagePicture {
  painted: PaintedPicture
  units: readonly StructureUnit[]
  isShown: (unit: StructureUnit) => boolean
  near: ReadonlySet<number> | null // units that stand out; null: all
  chosen: number | null
}

export interface Pointed {
  unit?: number
  connection?: PaintedConnection
  x: number // in the stage, CSS pixels
  y: number
}

const NEAR_PX = 5 // how close the pointer has to be

/** The unit or connection at a place of the stage, in CSS pixels. */
export function pointedAt(
  picture: StagePicture,
  { zoom, pan }: Viewport,
  x: number,
  y: number,
): Pointed | null {
  const [mx, my] = [(x - pan.x) / zoom, (y - pan.y) / zoom]
  const { places, radii } = picture.painted.layout
  for (const unit of picture.units) {
    const place = places[unit.id]!
    const reach = Math.max(radii[unit.id]!, NEAR_PX / zoom)
    if (picture.isShown(unit) && Math.hypot(place.x - mx, place.y - my) <= reach)
      return { unit: unit.id, x, y }
  }
  const connection = nearestConnection(picture, mx, my, NEAR_PX / zoom)
  return connection === undefined ? null : { connection, x, y }
}

/** The connection under the pointer; of several the strongest, as it is painted on top. */
function nearestConnection(
  { painted: { painted }, chosen }: StagePicture,
  x: number,
  y: number,
  reach: number,
): PaintedConnection | undefined {
  let best: PaintedConnection | undefined
  for (const one of painted) {
    const { live, source, target, weight } = one.connection
    if (!live && one.connection.change !== 'removed') continue
    if (chosen !== null && source !== chosen && target !== chosen) continue
    if (best !== undefined && Math.abs(best.connection.weight) >= Math.abs(weight)) continue
    if (distanceTo(one.curve, x, y) <= reach) best = one
  }
  return best
}
