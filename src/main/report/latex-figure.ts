// Writes a figure for pgfplots: the same panels, levels and legend as the SVG, as numbers that can be edited. Pure.
import { apart } from './axes.ts'
import type { Dash, Figure, Look, Marker, Panel } from './document.ts'
import { escapeLatex } from './latex-text.ts'
import { columnsOf, legendOf } from './svg.ts'

const LEFT_MM = 13 // tick labels and axis name of the first column
const GAP_MM = 9
const RIGHT_MM = 6
const TEXT_MM = 174
const MARK_GAP_MM = 2.6

const DASHES: Record<Dash, string> = { solid: 'solid', dashed: 'dashed', dotted: 'densely dotted' }
const MARKS: Record<Marker, string> = {
  circle: '*',
  triangle: 'triangle*',
  diamond: 'diamond*',
  square: 'square*',
  none: 'none',
}

const n = (value: number) => String(Number(value.toFixed(4)))

/** Write the figure with its number; colours must be defined by `colourDefinitions`. */
export function figureLatex(figure: Figure): string {
  const columns = columnsOf(figure.panels.length)
  const rows = Math.ceil(figure.panels.length / columns)
  const width = (TEXT_MM - LEFT_MM - RIGHT_MM - GAP_MM * (columns - 1)) / columns
  const height = columns === 1 ? 60 : columns === 2 ? 46 : 42
  const { x, y } = figure
  return [
    '\\begin{figure}[htbp]',
    '\\centering\\scriptsize',
    '\\begin{tikzpicture}',
    '\\begin{groupplot}[',
    `group style={group size=${columns} by ${rows}, horizontal sep=${GAP_MM}mm, vertical sep=15mm},`,
    `scale only axis, width=${n(width)}mm, height=${height}mm, clip=false,`,
    `xmin=${n(x.min)}, xmax=${n(x.max)}, ymin=${n(y.min)}, ymax=${n(y.max)},`,
    `xtick={${x.ticks.map(n).join(',')}}, ytick={${y.ticks.map(n).join(',')}},`,
    `xlabel={${escapeLatex(x.name)}}, tick label style={font=\\tiny}, label style={font=\\scriptsize},`,
    'title style={font=\\scriptsize\\bfseries, yshift=-1mm}, axis lines=left, axis line style={-, black!35},',
    'tick style={black!35}, ymajorgrids, grid style={black!8}, scaled ticks=false,',
    'tick label style={/pgf/number format/fixed, /pgf/number format/1000 sep={}}]',
    ...figure.panels.map((panel, i) => panelLatex(figure, panel, i % columns === 0, height)),
    '\\end{groupplot}',
    '\\end{tikzpicture}',
    legendLatex(figure),
    `\\caption{${escapeLatex(figure.caption)}.${figure.note === undefined ? '' : ` ${escapeLatex(figure.note)}`}}`,
    '\\end{figure}',
  ].join('\n')
}

/** Define every colour of the figures under its own name. */
export function colourDefinitions(figures: readonly Figure[]): string[] {
  const colours = new Set(
    figures.flatMap(({ panels, legend }) => [
      ...panels.flatMap(({ series }) => series.map(({ look }) => look.colour)),
      ...legend.flatMap(({ look }) => (look === 'band' ? [] : [look.colour])),
    ]),
  )
  return [...colours].sort().map((c) => `\\definecolor{${colourName(c)}}{HTML}{${c.slice(1)}}`)
}

function colourName(colour: string): string {
  return `c${colour.slice(1)}`
}

function panelLatex(figure: Figure, panel: Panel, first: boolean, height: number): string {
  const options = [
    `title={${escapeLatex(panel.title)}}`,
    first ? `ylabel={${escapeLatex(figure.y.name)}}` : 'yticklabels={}',
  ]
  return [
    `\\nextgroupplot[${options.join(', ')}]`,
    ...levelsLatex(figure, height),
    ...panel.series.flatMap(({ band = [], look }) => (band.length < 2 ? [] : [bandLatex(band, look)])),
    ...panel.series.flatMap(({ points, look }) => (points.length === 0 ? [] : [curveLatex(points, look)])),
  ].join('\n')
}

function levelsLatex({ levels, x, y }: Figure, height: number): string[] {
  const inside = levels.filter(({ value }) => value >= y.min && value <= y.max)
  const share = (value: number) => (value - y.min) / (y.max - y.min || 1)
  const places = apart(
    inside.map(({ value }) => share(value)),
    MARK_GAP_MM / height,
  )
  return inside.map(
    ({ mark, value }, i) =>
      `\\draw[black!50, densely dotted] (axis cs:${n(x.min)},${n(value)}) -- (axis cs:${n(x.max)},${n(value)}); ` +
      `\\draw[black!30] (rel axis cs:1,${n(share(value))}) -- ([xshift=1.6mm]rel axis cs:1,${n(places[i]!)}) node[right, inner sep=0.4mm, font=\\tiny\\itshape, black!60] {${escapeLatex(mark)}};`,
  )
}

function bandLatex(band: readonly (readonly [number, number, number])[], look: Look): string {
  const upper = band.map(([x, , high]) => `(${n(x)},${n(high)})`)
  const lower = band.map(([x, low]) => `(${n(x)},${n(low)})`).reverse()
  return `\\addplot[draw=none, mark=none, fill=${colourName(look.colour)}, fill opacity=0.16] coordinates {${[...upper, ...lower].join(' ')}} -- cycle;`
}

function curveLatex(points: readonly (readonly [number, number])[], look: Look): string {
  const marker = look.marker === 'none' && points.length === 1 ? 'circle' : look.marker
  const coordinates = points.map(([x, y]) => `(${n(x)},${n(y)})`)
  return `\\addplot[${lookLatex({ ...look, marker })}] coordinates {${coordinates.join(' ')}};`
}

function lookLatex({ colour, dash, marker, width, opacity, line }: Look): string {
  return [
    colourName(colour),
    line ? `${DASHES[dash]}, line width=${n(width * 0.5)}pt` : 'only marks',
    `mark=${MARKS[marker]}, mark size=1pt, mark options={solid, line width=0.2pt}`,
    ...(opacity === 1 ? [] : [`opacity=${n(opacity)}`]),
  ].join(', ')
}

function legendLatex(figure: Figure): string {
  const entries = legendOf(figure).map((entry) => `\\mbox{${sample(entry)}~${escapeLatex(entry.name)}}`)
  return `\\par\\smallskip{\\footnotesize ${entries.join('\\quad ')}\\par}`
}

function sample(entry: ReturnType<typeof legendOf>[number]): string {
  if ('mark' in entry) {
    return `\\tikz[baseline=-0.6ex]{\\draw[black!50, densely dotted] (0,0) -- (4mm,0);}~{\\itshape ${escapeLatex(entry.mark)}}`
  }
  if (entry.look === 'band')
    return '\\tikz[baseline=-0.6ex]{\\fill[black!18] (0,-0.8mm) rectangle (6mm,0.8mm);}'
  const { look } = entry
  const drawn = look.line
    ? `\\draw[${colourName(look.colour)}, ${DASHES[look.dash]}, line width=${n(look.width * 0.5)}pt, opacity=${n(look.opacity)}] (0,0) -- (6mm,0);`
    : ''
  const mark =
    look.marker === 'none'
      ? ''
      : ` \\path plot[mark=${MARKS[look.marker]}, mark size=1pt, mark options={${colourName(look.colour)}, fill=${colourName(look.colour)}}] coordinates {(3mm,0)};`
  return `\\tikz[baseline=-0.6ex]{${drawn}${mark}}`
}
