// The picture as a figure: SVG with title, caption and legend, made of the same curves and strokes as the screen.
import type { StructureConnection, StructureUnit } from '../../shared/structure-view.ts'
import { signedColour, shareWeight } from './colours.ts'
import { loopOf, toSvgPath } from './geometry.ts'
import type { StructureLayout } from './layout.ts'
import type { CurveStore } from './paint.ts'
import { signedStroke, strokeOf, type Stroke, type StrokeContext } from './strokes.ts'

export interface Figure {
  title: string
  caption: string[] // lines
  layout: StructureLayout
  context: StrokeContext
  connections: readonly StructureConnection[]
  loops: readonly StructureUnit[]
  units: readonly StructureUnit[] // those shown
  fills: readonly string[] // by unit id
  curves: CurveStore
  signed: string | null // name of the quantity of the signed scale; null: changes
  counts: { kept: number; removed: number; regrown: number } | null
}

const SIDE = 36
const TOP = 62
const FOOT = 64
const LEAST_WIDTH = 560

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text as XML; characters XML does not allow are left out. */
export function xml(text: string): string {
  const allowed = [...text].filter((c) => c >= ' ' || c === '\n' || c === '\t')
  return allowed.join('').replace(/[&<>"]/g, (c) => escapes[c]!)
}

const number = (value: number) => String(Number(value.toFixed(2)))

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xml(typeof value === 'number' ? number(value) : value)}"`)
    .join('')
}

function element(name: string, values: Record<string, string | number>, content = ''): string {
  return content === ''
    ? `<${name}${attributes(values)}/>`
    : `<${name}${attributes(values)}>${content}</${name}>`
}

function text(content: string, x: number, y: number, more: Record<string, string | number> = {}): string {
  return element('text', { x, y, ...more }, xml(content))
}

function line({ colour, width, alpha, dash }: Stroke): Record<string, string | number> {
  return {
    fill: 'none',
    stroke: colour,
    'stroke-width': width,
    'stroke-opacity': alpha,
    ...(dash.length === 0 ? {} : { 'stroke-dasharray': dash.join(' ') }),
  }
}

function connectionLines({ connections, context, curves }: Figure): string {
  return connections
    .map((connection) => ({ connection, stroke: strokeOf(connection, context) }))
    .sort((a, b) => a.stroke.order - b.stroke.order)
    .map(({ connection, stroke }) =>
      element('path', {
        class: `connection ${connection.kind}${connection.live ? '' : ' pruned'}`,
        d: toSvgPath(curves.of(connection)),
        ...line(stroke),
      }),
    )
    .join('\n')
}

function loopCircles({ loops, layout, context }: Figure): string {
  return loops
    .map(({ id, selfWeight }) => {
      const { x, y, r } = loopOf(layout, id)
      return element('circle', {
        class: 'loop',
        cx: x,
        cy: y,
        r,
        ...line(signedStroke(selfWeight ?? 0, context)),
      })
    })
    .join('\n')
}

function unitCircles({ units, layout, fills, context: { theme } }: Figure): string {
  return units
    .map((unit) => {
      const { x, y } = layout.places[unit.id]!
      const r = layout.radii[unit.id]!
      const circle = element(
        'circle',
        {
          class: 'unit',
          cx: x,
          cy: y,
          r,
          fill: fills[unit.id]!,
          stroke: theme.outline,
          'stroke-width': Math.max(0.6, r * 0.1),
        },
        element('title', {}, xml(unit.label)),
      )
      const label =
        unit.role === 'output'
          ? text(unit.label, x + r + 6, y + 4, { 'font-size': 12, fill: theme.text })
          : ''
      return circle + label
    })
    .join('\n')
}

/** Rectangle around everything drawn, in the plane of the layout. */
function extent({ layout, units, connections, curves }: Figure) {
  const box = { left: Infinity, right: -Infinity, top: layout.top, bottom: layout.bottom }
  for (const { id, role, label } of units) {
    const { x, y } = layout.places[id]!
    const r = layout.radii[id]! * 2
    box.left = Math.min(box.left, x - r)
    box.right = Math.max(box.right, x + r + (role === 'output' ? 10 + label.length * 7 : 0))
    box.top = Math.min(box.top, y - r)
    box.bottom = Math.max(box.bottom, y + r)
  }
  for (const connection of connections) {
    const curve = curves.of(connection)
    if (curve.length !== 8) continue
    const middle = (curve[1]! + 3 * curve[3]! + 3 * curve[5]! + curve[7]!) / 8
    box.top = Math.min(box.top, middle - 4)
    box.bottom = Math.max(box.bottom, middle + 4)
  }
  return box
}

/** Two digits, with a true minus. */
function tickText(value: number): string {
  return value === 0 ? '0' : String(Number(value.toPrecision(2))).replace('-', '−')
}

function signedLegend(figure: Figure, name: string, y: number): string {
  const { theme, largest } = figure.context
  const [width, steps] = [210, 42]
  const cells = Array.from({ length: steps }, (_, i) =>
    element('rect', {
      x: SIDE + (i * width) / steps,
      y,
      width: width / steps + 0.4,
      height: 8,
      fill: signedColour(theme, ((i + 0.5) / steps) * 2 - 1),
    }),
  ).join('')
  const ticks = [-1, -0.5, 0, 0.5, 1].map((share) =>
    text(tickText(shareWeight(share, largest)), SIDE + ((share + 1) / 2) * width, y + 20, {
      'text-anchor': 'middle',
    }),
  )
  return element(
    'g',
    { class: 'legend', fill: theme.faint, 'font-size': 10 },
    cells +
      ticks.join('') +
      text(`${name}, square-root scale`, SIDE + width + 14, y + 8, { 'font-size': 11 }),
  )
}

function changeLegend({ context, counts }: Figure, y: number): string {
  const { theme } = context
  const items = (['kept', 'removed', 'regrown'] as const).map((change, i) => {
    const stroke = strokeOf(
      { source: 0, target: 0, kind: 'i2h', cell: 0, weight: 0, live: true, change },
      context,
    )
    const x = SIDE + i * 150
    const sample = element('path', {
      class: 'sample',
      d: `M${x} ${y + 5}L${x + 26} ${y + 5}`,
      ...line(stroke),
    })
    return sample + text(`${change} ${counts?.[change] ?? 0}`, x + 34, y + 9)
  })
  return element('g', { class: 'legend', fill: theme.faint, 'font-size': 11 }, items.join(''))
}

function columnTitles({ layout, units, context: { theme } }: Figure, top: number): string {
  const shown = new Set(units.map(({ id }) => id))
  return layout.columns
    .filter((column) => column.units.some((id) => shown.has(id)))
    .map(({ title, x }) =>
      text(layout.gap < 70 ? title.replace('Layer ', '') : title, x, top - 14, {
        'text-anchor': 'middle',
        'font-size': 11,
        fill: theme.faint,
      }),
    )
    .join('')
}

/** Size of the figure in its own units. */
export function figureSize(figure: Figure): { width: number; height: number } {
  const box = extent(figure)
  return {
    width: Math.ceil(Math.max(LEAST_WIDTH, box.right - box.left + 2 * SIDE)),
    height: Math.ceil(box.bottom - box.top + TOP + 22 + FOOT + figure.caption.length * 15),
  }
}

/** Write the figure. Every connection is one path of class `connection`. */
export function toSvg(figure: Figure): string {
  const { theme } = figure.context
  const box = extent(figure)
  const { width, height } = figureSize(figure)
  const shift = { x: (width - (box.right - box.left)) / 2 - box.left, y: TOP + 22 - box.top }
  const below = box.bottom + shift.y + 22
  const legend =
    figure.signed === null ? changeLegend(figure, below) : signedLegend(figure, figure.signed, below)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif">`,
    element('title', {}, xml(figure.title)),
    element('rect', { width, height, fill: theme.background }),
    text(figure.title, SIDE, 30, { 'font-size': 16, 'font-weight': 600, fill: theme.text }),
    `<g transform="translate(${number(shift.x)} ${number(shift.y)})">`,
    columnTitles(figure, box.top),
    connectionLines(figure),
    loopCircles(figure),
    unitCircles(figure),
    '</g>',
    legend,
    ...figure.caption.map((content, i) =>
      text(content, SIDE, below + 42 + i * 15, { 'font-size': 11, fill: theme.faint }),
    ),
    '</svg>',
    '',
  ]
    .filter((part) => part !== '')
    .join('\n')
}
