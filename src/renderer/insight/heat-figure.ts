// All heatmaps of a network as one figure: a vector picture with captions and legend, one row for each matrix and one
// square for each gate. Text of users is escaped. Pure.
import type { MatrixInsight } from '../../shared/insight.ts'
import type { ChartTable } from '../charts/spec.ts'
import { shareWeight } from '../structure/colours.ts'
import { xml } from '../structure/svg.ts'
import { blockColour, css, hasNever, scaleColour, type HeatTheme, type Shown } from './heat.ts'
import { heatTable } from './heat-chart.ts'
import { formatWeight, gateTitle, keptText, shortName } from './words.ts'

const SIDE = 150 // of a heatmap, pixels
const GAP = 16
const CAPTION = 30
const TOP = 64
const SCALE = { width: 200, height: 9 }
/** Matrices one figure holds; more would be unreadable in print. */
export const FIGURE_MATRICES = 24

export interface HeatFigure {
  title: string
  matrices: readonly MatrixInsight[]
  shown: Shown
  theme: HeatTheme
}

type Attributes = Record<string, string | number>

function element(name: string, attributes: Attributes, content = ''): string {
  const text = Object.entries(attributes).map(([key, value]) => ` ${key}="${xml(String(value))}"`)
  return content === '' ? `<${name}${text.join('')}/>` : `<${name}${text.join('')}>${content}</${name}>`
}

function label(content: string, x: number, y: number, more: Attributes): string {
  return element('text', { x, y, 'font-size': 11, ...more }, xml(content))
}

function columns(matrices: readonly MatrixInsight[]): number {
  return Math.max(1, ...matrices.map(({ gates }) => gates.length))
}

/** Matrices side by side, so that networks without gates do not make a ribbon. */
function perRow(matrices: readonly MatrixInsight[]): number {
  return Math.max(1, Math.floor(4 / columns(matrices)))
}

export function figureSize({ matrices }: Pick<HeatFigure, 'matrices'>): { width: number; height: number } {
  const shown = matrices.slice(0, FIGURE_MATRICES)
  const side = perRow(shown)
  const rows = Math.ceil(shown.length / side)
  return {
    width: 2 * GAP + side * (columns(shown) * (SIDE + GAP)),
    height: TOP + rows * (SIDE + CAPTION + GAP + 14) + 46,
  }
}

export function toHeatSvg(figure: HeatFigure): string {
  const { title, theme } = figure
  const { width, height } = figureSize(figure)
  const shown = figure.matrices.slice(0, FIGURE_MATRICES)
  const side = perRow(shown)
  const wide = columns(shown) * (SIDE + GAP)
  const parts = shown.map((matrix, i) =>
    matrixPart(
      matrix,
      GAP + (i % side) * wide,
      TOP + Math.floor(i / side) * (SIDE + CAPTION + GAP + 14),
      figure,
    ),
  )
  const left =
    figure.matrices.length > shown.length
      ? `The first ${shown.length} of ${figure.matrices.length} matrices.`
      : ''
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'Helvetica, Arial, sans-serif',
    },
    [
      element('title', {}, xml(title)),
      hatching(theme),
      element('rect', { width, height, fill: theme.background }),
      label(title, GAP, 24, { 'font-size': 14, 'font-weight': 600, fill: theme.text }),
      label(`Rows: units of the gate; columns: inputs. ${left}`, GAP, 42, { fill: theme.faint }),
      ...parts,
      legend(figure, GAP, height - 30),
    ].join(''),
  )
}

function hatching({ hatch }: HeatTheme): string {
  const line = element('path', { d: 'M0 5L5 0', stroke: hatch, 'stroke-width': 1 })
  return element(
    'defs',
    {},
    element('pattern', { id: 'never', width: 5, height: 5, patternUnits: 'userSpaceOnUse' }, line),
  )
}

function matrixPart(matrix: MatrixInsight, x: number, y: number, { shown, theme }: HeatFigure): string {
  const gates = matrix.gates.map((gate, g) => {
    const { rows, columns: across } = gate.heat
    const scale = SIDE / Math.max(rows, across)
    const [left, top] = [x + g * (SIDE + GAP), y + CAPTION]
    const [width, height] = [across * scale, rows * scale]
    const ghost = css(theme.ghost)
    const blocks: string[] = []
    for (let r = 0; r < rows; r++) {
      // Neighbours of one colour become one rectangle: most of a pruned matrix is one grey.
      for (let c = 0; c < across;) {
        const colour = blockColour(gate, r * across + c, shown, matrix.largest, theme)
        const fill = colour === undefined ? 'url(#never)' : css(colour)
        let end = c + 1
        while (end < across) {
          const next = blockColour(gate, r * across + end, shown, matrix.largest, theme)
          if ((next === undefined ? 'url(#never)' : css(next)) !== fill) break
          end++
        }
        if (fill !== ghost)
          blocks.push(
            element('rect', {
              x: round(left + c * scale),
              y: round(top + r * scale),
              width: round((end - c) * scale),
              height: round(scale),
              fill,
            }),
          )
        c = end
      }
    }
    return [
      element('rect', { x: left, y: top, width: round(width), height: round(height), fill: ghost }),
      element('g', { class: 'heat', 'shape-rendering': 'crispEdges' }, blocks.join('')),
      element('rect', {
        x: left,
        y: top,
        width: round(width),
        height: round(height),
        fill: 'none',
        stroke: theme.frame,
      }),
      label(gateCaption(matrix, g), left, top + height + 12, { 'font-size': 10, fill: theme.faint }),
    ].join('')
  })
  return [
    label(shortName(matrix), x, y + 11, { 'font-weight': 600, fill: theme.text }),
    label(keptText(matrix), x, y + 24, { 'font-size': 10, fill: theme.faint }),
    ...gates,
  ].join('')
}

function gateCaption({ gates }: MatrixInsight, at: number): string {
  const gate = gates[at]!
  const name = gateTitle(gate.gate)
  const share = gate.total === 0 ? '' : `${Math.round((gate.live / gate.total) * 100)} % kept`
  return [name, share].filter((part) => part !== '').join(', ')
}

const round = (value: number) => Math.round(value * 100) / 100

function legend({ matrices, shown, theme }: HeatFigure, x: number, y: number): string {
  const box = (fill: string, name: string, at: number) =>
    element('rect', { x: at, y, width: 12, height: 9, fill, stroke: theme.frame, 'stroke-width': 0.5 }) +
    label(name, at + 18, y + 9, { fill: theme.faint })
  const never = hasNever(matrices.flatMap(({ gates }) => gates))
  const start = x + (shown === 'mask' ? 0 : SCALE.width + 96)
  return [
    shown === 'mask' ? '' : scaleLegend(matrices, theme, x, y),
    shown === 'mask' ? box(css(theme.kept), 'kept', start) : '',
    box(css(theme.ghost), 'pruned', start + (shown === 'mask' ? 70 : 0)),
    never ? box('url(#never)', 'never there', start + (shown === 'mask' ? 150 : 80)) : '',
  ].join('')
}

function scaleLegend(matrices: readonly MatrixInsight[], theme: HeatTheme, x: number, y: number): string {
  const steps = 40
  const bars = Array.from({ length: steps }, (_, i) =>
    element('rect', {
      x: round(x + (i * SCALE.width) / steps),
      y,
      width: round(SCALE.width / steps + 0.3),
      height: SCALE.height,
      fill: css(scaleColour(theme, (2 * (i + 0.5)) / steps - 1)),
    }),
  )
  const most = largestOf(matrices)
  return [
    ...bars,
    label(formatWeight(shareWeight(-1, most)), x, y + 22, { 'font-size': 10, fill: theme.faint }),
    label('0', x + SCALE.width / 2, y + 22, { 'font-size': 10, fill: theme.faint, 'text-anchor': 'middle' }),
    label(formatWeight(most), x + SCALE.width, y + 22, {
      'font-size': 10,
      fill: theme.faint,
      'text-anchor': 'end',
    }),
    label('weight, square root', x + SCALE.width + 8, y + 22, { 'font-size': 10, fill: theme.faint }),
  ].join('')
}

/** End of the colour scale that all heatmaps beside each other share. */
export function largestOf(matrices: readonly Pick<MatrixInsight, 'largest'>[]): number {
  return matrices.reduce((most, { largest }) => Math.max(most, largest), 0)
}

/** Blocks of all gates as one table. */
export function allBlocks(matrices: readonly MatrixInsight[]): ChartTable {
  const rows = matrices.flatMap((matrix) =>
    matrix.gates.flatMap((gate) =>
      heatTable(matrix, gate).rows.map((row) => [matrix.name, gate.gate, ...row]),
    ),
  )
  return { columns: ['matrix', 'gate', 'row', 'column', 'share kept', 'weight'], rows }
}
