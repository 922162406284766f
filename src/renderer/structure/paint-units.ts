// Paints what changes of a unit from step to step: its filling, and its number where there is room. The outline is the
// graph library's, which would take 50 ms to fill 150 units anew (measured); a few circles take one.
import type { StructureUnit } from '../../shared/structure-view.ts'
import { isDark } from './colours.ts'
import type { StructureLayout } from './layout.ts'
import type { Viewport } from './paint.ts'

export interface PaintedUnits {
  layout: StructureLayout
  units: readonly StructureUnit[] // those shown
  near: ReadonlySet<number> | null // units that stand out; null: all
}

const FADED = 0.22
const LEAST_TEXT = 7 // px
const ROOM = 9 // radius from which a unit has its number inside, in the plane of the layout

/** What a unit is called inside its circle: its vertex, or its place in the layer. */
function shortLabel({ role, vertex, row }: StructureUnit, radius: number): string {
  return role === 'unit' && radius >= ROOM ? String(vertex ?? row + 1) : ''
}

/** Paint units filled with `fills` (by id); `ratio` is the number of device pixels per CSS pixel. */
export function paintUnits(
  pen: CanvasRenderingContext2D,
  { layout, units, near }: PaintedUnits,
  fills: readonly string[],
  { zoom, pan }: Viewport,
  { width, height, ratio }: { width: number; height: number; ratio: number },
): void {
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  for (const unit of units) {
    const place = layout.places[unit.id]!
    const radius = layout.radii[unit.id]!
    const [x, y] = [place.x * zoom + pan.x, place.y * zoom + pan.y]
    const fill = fills[unit.id]
    if (fill === undefined || x < -20 || y < -20 || x > width + 20 || y > height + 20) continue
    pen.globalAlpha = near !== null && !near.has(unit.id) ? FADED : 1
    pen.fillStyle = fill
    pen.beginPath()
    pen.arc(x, y, radius * zoom, 0, 2 * Math.PI)
    pen.fill()
    const label = shortLabel(unit, radius)
    const size = radius * zoom * 0.85
    if (label === '' || size < LEAST_TEXT) continue
    pen.fillStyle = isDark(fill) ? '#ffffff' : '#1b1c1e'
    pen.font = `${size}px system-ui, sans-serif`
    pen.fillText(label, x, y)
  }
  pen.globalAlpha = 1
}
