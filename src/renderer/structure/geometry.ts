// The course of every connection, for the screen, the exported figure and the pointer alike. Pure.
import type { StructureConnection } from '../../shared/structure-view.ts'
import type { StructureLayout } from './layout.ts'

/** Coordinates of the points: two of a line, three of a quadratic and four of a cubic Bézier curve. */
export type Curve = readonly number[]

/** Recurrent connections bow to the right on their way down and to the left on their way up. */
function recurrentCurve(layout: StructureLayout, source: number, target: number): Curve {
  const [from, to] = [layout.places[source]!, layout.places[target]!]
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const share = Math.min(1, Math.abs(dy) / Math.max(1, layout.bottom - layout.top))
  const bow = (5 + layout.gap * 0.36 * share ** 0.8 + Math.abs(dx) * 0.1) * 2
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }
  if (dy === 0) return [from.x, from.y, middle.x, middle.y - bow, to.x, to.y]
  return [from.x, from.y, middle.x + Math.sign(dy) * bow, middle.y, to.x, to.y]
}

/** Over the layers between, or under them where both ends are in the lower half. */
function skipCurve(layout: StructureLayout, source: number, target: number): Curve {
  const [from, to] = [layout.places[source]!, layout.places[target]!]
  const span = Math.max(2, layout.columnOf[target]! - layout.columnOf[source]!)
  const mean = (from.y + to.y) / 2
  const beyond = 10 + 13 * (span - 2) + layout.pitch * 0.5
  // A cubic with both controls at height c reaches mean / 4 + 3 c / 4 in its middle.
  const edge = mean <= 0 ? layout.top - beyond : layout.bottom + beyond
  const control = (edge - mean / 4) / 0.75
  const reach = Math.min((to.x - from.x) * 0.32, layout.gap * 0.9)
  return [from.x, from.y, from.x + reach, control, to.x - reach, control, to.x, to.y]
}

/** Course of a connection from unit to unit. */
export function curveOf(layout: StructureLayout, { kind, source, target }: StructureConnection): Curve {
  if (kind === 'h2h') return recurrentCurve(layout, source, target)
  const [from, to] = [layout.places[source]!, layout.places[target]!]
  const columns = layout.columnOf[target]! - layout.columnOf[source]!
  if (columns > 1) return skipCurve(layout, source, target)
  return [from.x, from.y, to.x, to.y]
}

/** Circle of a unit's connection to itself: middle and radius. */
export function loopOf(layout: StructureLayout, unit: number): { x: number; y: number; r: number } {
  const place = layout.places[unit]!
  const r = layout.radii[unit]!
  return { x: place.x + r * 0.95, y: place.y - r * 0.95, r: r * 0.8 }
}

/** What a canvas context and a Path2D have in common here. */
type Pen = Pick<CanvasPath, 'moveTo' | 'lineTo' | 'quadraticCurveTo' | 'bezierCurveTo'>

/** Add a curve to a path. */
export function draw(pen: Pen, c: Curve): void {
  pen.moveTo(c[0]!, c[1]!)
  if (c.length === 4) pen.lineTo(c[2]!, c[3]!)
  else if (c.length === 6) pen.quadraticCurveTo(c[2]!, c[3]!, c[4]!, c[5]!)
  else pen.bezierCurveTo(c[2]!, c[3]!, c[4]!, c[5]!, c[6]!, c[7]!)
}

const short = (value: number) => Number(value.toFixed(1))

/** The curve as the `d` of an SVG path. */
export function toSvgPath(curve: Curve): string {
  const letter = curve.length === 4 ? 'L' : curve.length === 6 ? 'Q' : 'C'
  const [x, y, ...rest] = curve.map(short)
  return `M${x!} ${y!}${letter}${rest.join(' ')}`
}

/** Point of a curve; `t` 0 to 1. */
export function pointAt(curve: Curve, t: number): [number, number] {
  // De Casteljau: the same few lines for all three degrees.
  const points = [...curve]
  for (let left = points.length / 2 - 1; left > 0; left--) {
    for (let i = 0; i < left * 2; i++) points[i] = points[i]! + (points[i + 2]! - points[i]!) * t
  }
  return [points[0]!, points[1]!]
}

/** Distance from a point to a curve, by its chords. */
export function distanceTo(curve: Curve, x: number, y: number): number {
  const chords = curve.length === 4 ? 1 : 12
  let best = Infinity
  let [ax, ay] = pointAt(curve, 0)
  for (let i = 1; i <= chords; i++) {
    const [bx, by] = pointAt(curve, i / chords)
    const [dx, dy] = [bx - ax, by - ay]
    const length = dx * dx + dy * dy
    const t = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length))
    best = Math.min(best, Math.hypot(x - ax - t * dx, y - ay - t * dy))
    ;[ax, ay] = [bx, by]
  }
  return best
}
