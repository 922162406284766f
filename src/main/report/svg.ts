// Draws a figure as SVG: no script, no style attribute (a strict content policy refuses it), colours of text and lines
// by class, so that light, dark and print are a matter of the style sheet. The same figure gives the same text.
import { apart } from './axes.ts'
import type { Axis, Dash, Figure, LegendEntry, Look, Marker, Panel } from './document.ts'
import { escapeHtml } from './escape.ts'

const WIDTH = 720
const LEFT = 42 // tick labels of the first column
const GAP = 30 // between columns: marks of the level lines
const RIGHT = 18
const TITLE = 20
const FOOT = 36 // tick labels and name of the horizontal axis
const LEGEND_ROW = 17
const CHARACTER = 5.7 // mean width of a character of the legend, on the generous side
const MARK_GAP = 9

const DASHES: Record<Dash, string> = { solid: '', dashed: '5 3', dotted: '1.5 2.5' }

interface Box {
  x: number
  y: number
  width: number
  height: number
}

const n = (value: number) => String(Number(value.toFixed(2)))

/** Panels in a row: three, except that four stand two by two. */
export function columnsOf(panels: number): number {
  return panels === 4 ? 2 : Math.min(3, Math.max(1, panels))
}

/** Draw the panels, their level lines and the legend. */
export function figureSvg(figure: Figure): string {
  const columns = columnsOf(figure.panels.length)
  const width = (WIDTH - LEFT - RIGHT - GAP * (columns - 1)) / columns
  const height = columns === 1 ? 240 : columns === 2 ? 190 : 170
  const rows = Math.ceil(figure.panels.length / columns)
  const panels = figure.panels.map((panel, i) => {
    const column = i % columns
    const row = Math.floor(i / columns)
    const y = TITLE + row * (height + TITLE + FOOT)
    return panelSvg(figure, panel, { x: LEFT + column * (width + GAP), y, width, height }, column === 0)
  })
  const top = rows * (height + TITLE + FOOT)
  const legend = legendSvg(legendOf(figure), top + 12)
  const total = top + 12 + legend.height
  const label = escapeHtml(figure.caption)
  return `<svg xmlns="http://www.w3.org/2000/svg" class="figure" role="img" aria-label="${label}" viewBox="0 0 ${WIDTH} ${n(total)}">${panels.join('')}${legend.svg}</svg>`
}

/** The legend with the level lines at its end, each with its sign and value. */
export function legendOf(figure: Figure): (LegendEntry | { name: string; mark: string })[] {
  const levels = figure.levels.map(({ name, mark, value }) => ({
    name: `${name} ${value.toFixed(1)} %`,
    mark,
  }))
  return [...figure.legend, ...levels]
}

function scale({ min, max }: Axis, from: number, to: number): (value: number) => number {
  const span = max - min || 1
  return (value) => from + ((value - min) / span) * (to - from)
}

function panelSvg(figure: Figure, panel: Panel, box: Box, first: boolean): string {
  const x = scale(figure.x, box.x, box.x + box.width)
  const y = scale(figure.y, box.y + box.height, box.y)
  const ticksY = figure.y.ticks.map((tick) => {
    const at = n(y(tick))
    const line = `<path class="grid" d="M${n(box.x)} ${at}h${n(box.width)}"/>`
    const text = `<text class="tick" x="${n(box.x - 5)}" y="${n(y(tick) + 3)}" text-anchor="end">${tick}</text>`
    return first ? line + text : line
  })
  const bottom = box.y + box.height
  const ticksX = figure.x.ticks.map((tick) => {
    const at = n(x(tick))
    return `<path class="axis" d="M${at} ${n(bottom)}v3.5"/><text class="tick" x="${at}" y="${n(bottom + 13)}" text-anchor="middle">${tick}</text>`
  })
  const names = [
    `<text class="title" x="${n(box.x)}" y="${n(box.y - 7)}">${escapeHtml(panel.title)}</text>`,
    `<text class="name" x="${n(box.x + box.width / 2)}" y="${n(bottom + 27)}" text-anchor="middle">${escapeHtml(figure.x.name)}</text>`,
    ...(first ? [nameY(figure.y.name, box)] : []),
  ]
  return [
    ...ticksY,
    ...ticksX,
    `<path class="axis" d="M${n(box.x)} ${n(bottom)}h${n(box.width)}"/>`,
    ...levelsSvg(figure, box, y),
    ...panel.series.map(({ band = [], look }) => bandSvg(band, look, x, y)),
    ...panel.series.map(({ points, look }) => curveSvg(points, look, x, y)),
    ...names,
  ].join('')
}

function nameY(name: string, { x, y, height }: Box): string {
  const [atX, atY] = [n(x - 31), n(y + height / 2)]
  return `<text class="name" transform="translate(${atX} ${atY}) rotate(-90)" text-anchor="middle">${escapeHtml(name)}</text>`
}

function levelsSvg(figure: Figure, box: Box, y: (value: number) => number): string[] {
  const inside = figure.levels.filter(({ value }) => value >= figure.y.min && value <= figure.y.max)
  const places = apart(
    inside.map(({ value }) => (box.y + box.height - y(value)) / box.height),
    MARK_GAP / box.height,
  )
  const edge = box.x + box.width
  return inside.map(({ mark, value }, i) => {
    const at = box.y + box.height - places[i]! * box.height
    return (
      `<path class="level" d="M${n(box.x)} ${n(y(value))}H${n(edge)}"/>` +
      `<path class="leader" d="M${n(edge)} ${n(y(value))}L${n(edge + 6)} ${n(at)}"/>` +
      `<text class="mark" x="${n(edge + 8)}" y="${n(at + 3)}">${escapeHtml(mark)}</text>`
    )
  })
}

type Scale = (value: number) => number

function bandSvg(
  band: readonly (readonly [number, number, number])[],
  look: Look,
  x: Scale,
  y: Scale,
): string {
  if (band.length < 2) return ''
  const upper = band.map(([at, , high]) => `${n(x(at))} ${n(y(high))}`)
  const lower = band.map(([at, low]) => `${n(x(at))} ${n(y(low))}`).reverse()
  return `<path fill="${look.colour}" fill-opacity="0.16" d="M${[...upper, ...lower].join('L')}Z"/>`
}

function curveSvg(points: readonly (readonly [number, number])[], look: Look, x: Scale, y: Scale): string {
  const at = points.map(([px, py]) => [x(px), y(py)] as const)
  const line =
    look.line && at.length > 1
      ? `<path ${stroke(look)} d="M${at.map(([px, py]) => `${n(px)} ${n(py)}`).join('L')}"/>`
      : ''
  // A single point draws no line: it is shown by a mark, also where the curve has none.
  const marker = look.marker === 'none' && at.length === 1 ? 'circle' : look.marker
  return line + at.map(([px, py]) => markerSvg(marker, look, px, py)).join('')
}

function stroke({ colour, width, dash, opacity }: Look): string {
  const dashes = DASHES[dash] === '' ? '' : ` stroke-dasharray="${DASHES[dash]}"`
  return `fill="none" stroke="${colour}" stroke-width="${width}"${dashes}${opacity === 1 ? '' : ` stroke-opacity="${opacity}"`} stroke-linejoin="round"`
}

function markerSvg(marker: Marker, { colour, opacity }: Look, x: number, y: number): string {
  const fill = `fill="${colour}"${opacity === 1 ? '' : ` fill-opacity="${opacity}"`}`
  switch (marker) {
    case 'circle':
      return `<circle ${fill} cx="${n(x)}" cy="${n(y)}" r="2.4"/>`
    case 'triangle':
      return `<path ${fill} d="M${n(x)} ${n(y - 3.1)}l3 5.2h-6z"/>`
    case 'diamond':
      return `<path ${fill} d="M${n(x)} ${n(y - 3.2)}l3.2 3.2-3.2 3.2-3.2-3.2z"/>`
    case 'square':
      return `<rect ${fill} x="${n(x - 2.3)}" y="${n(y - 2.3)}" width="4.6" height="4.6"/>`
    case 'none':
      return ''
  }
}

function legendSvg(entries: ReturnType<typeof legendOf>, top: number): { svg: string; height: number } {
  let x = LEFT
  let y = top
  const parts = entries.map((entry) => {
    const width = 26 + entry.name.length * CHARACTER + 16
    if (x > LEFT && x + width > WIDTH) {
      x = LEFT
      y += LEGEND_ROW
    }
    const drawn = sampleSvg(entry, x, y)
    const text = `<text class="entry" x="${n(x + 26)}" y="${n(y + 3.5)}">${escapeHtml(entry.name)}</text>`
    x += width
    return drawn + text
  })
  return { svg: parts.join(''), height: y - top + LEGEND_ROW }
}

function sampleSvg(entry: ReturnType<typeof legendOf>[number], x: number, y: number): string {
  if ('mark' in entry) {
    return `<path class="level" d="M${n(x)} ${n(y)}h12"/><text class="mark" x="${n(x + 15)}" y="${n(y + 3)}">${escapeHtml(entry.mark)}</text>`
  }
  if (entry.look === 'band') return `<rect class="band" x="${n(x)}" y="${n(y - 4)}" width="20" height="8"/>`
  const { look } = entry
  const line = look.line ? `<path ${stroke(look)} d="M${n(x)} ${n(y)}h20"/>` : ''
  return line + markerSvg(look.marker, look, x + 10, y)
}
