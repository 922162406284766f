// Paints connections, loops and the names of the columns on a canvas that lies below cytoscape's. The graph library
// draws 2 500 connections anew in 120 to 330 ms when their colours change (measured); batches of equal strokes take
// a few ms. Knows nothing of pointers and data.
import type { StructureConnection, StructureUnit } from '../../shared/structure-view.ts'
import type { StructureTheme } from './colours.ts'
import { curveOf, draw, loopOf, type Curve } from './geometry.ts'
import type { StructureLayout } from './layout.ts'
import { signedStroke, strokeOf, type Stroke, type StrokeContext } from './strokes.ts'

export interface Viewport {
  zoom: number
  pan: { x: number; y: number }
}

export interface PaintedConnection {
  connection: StructureConnection
  curve: Curve
}

interface Batch {
  stroke: Stroke
  wide: boolean // may be wider than a pixel
  share: number // of several between which equal strokes are dealt out, so that no sign lies above the other
  path: Path2D
  faded: boolean
}

export interface PaintedPicture {
  layout: StructureLayout
  theme: StructureTheme
  painted: readonly PaintedConnection[]
  batches: readonly Batch[]
  columns: readonly { title: string; x: number; chosen: boolean }[]
  labels: readonly UnitLabel[]
}

/** Name beside a unit, of the same size at every zoom. */
export interface UnitLabel {
  unit: number
  text: string
  faded: boolean
}

export interface PaintInput {
  layout: StructureLayout
  context: StrokeContext
  connections: readonly StructureConnection[]
  loops: readonly StructureUnit[] // units whose connection to themselves is drawn
  columns: PaintedPicture['columns']
  labels: readonly UnitLabel[]
  chosen: number | null // unit whose connections stand out
  signal: ((connection: StructureConnection) => number) | null // value in place of the weight, while a sequence plays
}

const FADED = 0.1
const SHARES = 3
const WIDE = 300 // connections

/** One thing to paint, before it is put into a batch. */
interface Item {
  stroke: Stroke
  faded: boolean
  draw: (path: Path2D) => void
}

/**
 * The lowest order whose strokes may be wider than a pixel: those from it up are at most WIDE. Without a graphics card
 * 2 500 curves take 7 ms as lines of a pixel and 230 ms as wider ones (measured), so that only the strongest are wide.
 */
function widestOrder(items: readonly Item[]): number {
  const counts = new Map<number, number>()
  for (const { stroke, faded } of items)
    if (!faded) counts.set(stroke.order, (counts.get(stroke.order) ?? 0) + 1)
  let sum = 0
  let lowest = Infinity
  for (const [order, count] of [...counts].sort(([a], [b]) => b - a)) {
    sum += count
    if (sum > WIDE) break
    lowest = order
  }
  return lowest
}

/** Put equal strokes into batches; wide ones into small batches, which the browser fills faster. */
function batchesOf(items: readonly Item[]): Batch[] {
  const batches = new Map<string, Batch>()
  const lowest = widestOrder(items)
  items.forEach(({ stroke, faded, draw: add }, index) => {
    const wide = !faded && stroke.order >= lowest
    const share = wide ? Math.floor(index / 4) : index % SHARES
    const key = `${faded ? 'faded' : 'clear'} ${share} ${stroke.key}`
    let batch = batches.get(key)
    if (batch === undefined) batches.set(key, (batch = { stroke, share, wide, path: new Path2D(), faded }))
    add(batch.path)
  })
  return [...batches.values()].sort(
    (a, b) => Number(b.faded) - Number(a.faded) || a.stroke.order - b.stroke.order || a.share - b.share,
  )
}

/** Sort connections into batches that are painted with one stroke each. */
export function preparePicture(input: PaintInput, curves: CurveStore): PaintedPicture {
  const { layout, context, chosen, signal } = input
  const painted = input.connections.map((connection) => ({ connection, curve: curves.of(connection) }))
  const items = painted.map(({ connection, curve }): Item => {
    const plain = signal === null || !connection.live
    return {
      stroke: plain ? strokeOf(connection, context) : signedStroke(signal(connection), context),
      faded: chosen !== null && connection.source !== chosen && connection.target !== chosen,
      draw: (path) => draw(path, curve),
    }
  })
  for (const { id, selfWeight } of input.loops) {
    const { x, y, r } = loopOf(layout, id)
    items.push({
      stroke: signedStroke(selfWeight ?? 0, context),
      faded: chosen !== null && id !== chosen,
      draw: (path) => {
        path.moveTo(x + r, y)
        path.arc(x, y, r, 0, 2 * Math.PI)
      },
    })
  }
  return {
    layout,
    theme: context.theme,
    painted,
    columns: input.columns,
    labels: input.labels,
    batches: batchesOf(items),
  }
}

/** Curves of one layout, computed once per connection. */
export interface CurveStore {
  of: (connection: StructureConnection) => Curve
}

export function curveStore(layout: StructureLayout): CurveStore {
  const known = new Map<string, Curve>()
  return {
    of: (connection) => {
      const key = `${connection.kind} ${connection.source} ${connection.target}`
      let curve = known.get(key)
      if (curve === undefined) known.set(key, (curve = curveOf(layout, connection)))
      return curve
    },
  }
}

/** Paint a picture; `ratio` is the number of device pixels per CSS pixel, `width` and `height` are in CSS pixels. */
export function paint(
  pen: CanvasRenderingContext2D,
  picture: PaintedPicture,
  { zoom, pan }: Viewport,
  { width, height, ratio }: { width: number; height: number; ratio: number },
): void {
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  pen.setTransform(ratio * zoom, 0, 0, ratio * zoom, ratio * pan.x, ratio * pan.y)
  // Lines grow slower than the picture, so that neither a distant nor a near view drowns.
  const scale = 1 / Math.sqrt(zoom)
  const pixel = 1 / (zoom * ratio)
  for (const { stroke, path, faded, wide } of picture.batches) {
    pen.globalAlpha = faded ? FADED : stroke.alpha
    pen.strokeStyle = faded ? picture.theme.ghost : stroke.colour
    pen.lineWidth = wide ? stroke.width * scale : Math.min(pixel, stroke.width * scale)
    pen.setLineDash(stroke.dash.map((length) => length * scale))
    pen.stroke(path)
  }
  pen.globalAlpha = 1
  pen.setLineDash([])
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  paintTitles(pen, picture, { zoom, pan })
  paintLabels(pen, picture, { zoom, pan })
}

function paintLabels(pen: CanvasRenderingContext2D, picture: PaintedPicture, { zoom, pan }: Viewport): void {
  const { labels, theme, layout } = picture
  pen.textAlign = 'left'
  pen.textBaseline = 'middle'
  for (const { unit, text, faded } of labels) {
    const { x, y } = layout.places[unit]!
    pen.fillStyle = faded ? theme.ghost : theme.text
    pen.fillText(text, (x + layout.radii[unit]!) * zoom + pan.x + 6, y * zoom + pan.y)
  }
}

function paintTitles(pen: CanvasRenderingContext2D, picture: PaintedPicture, { zoom, pan }: Viewport): void {
  const { columns, theme, layout } = picture
  const room = columns.length < 2 ? Infinity : layout.gap * zoom
  pen.font = '11px system-ui, sans-serif'
  pen.textAlign = 'center'
  pen.textBaseline = 'alphabetic'
  for (const { title, x, chosen } of columns) {
    const name = title.replace('Layer ', '')
    const short = x === columns.at(-1)!.x && room >= 40 ? name : name.slice(0, 3) // nothing stands right of the last
    pen.fillStyle = chosen ? theme.accent : theme.faint
    pen.fillText(room < 62 ? (room < 20 ? '' : short) : title, x * zoom + pan.x, 18)
  }
}
