// Saves a chart as SVG, PNG or CSV, with its title and legend, at the size of a figure.
import type { EChartsOption } from 'echarts'
import { init } from 'echarts/core'
import { saveBlob } from '../composables/save-file.ts'
import { NAME_MARGIN } from './levels.ts'
import type { ChartTheme } from './palette.ts'
import { toCsv, type ChartSpec } from './spec.ts'

export type ExportKind = 'svg' | 'png' | 'csv'

const WIDTH = 720
const HEIGHT = 440
const SCALE = 3 // pixels per unit of the PNG: about 300 dots per inch at 8 cm

export interface ExportedChart {
  title: string
  spec: ChartSpec
  theme: ChartTheme
}

/** Build the file and hand it to the browser for saving. */
export async function exportChart(kind: ExportKind, chart: ExportedChart): Promise<void> {
  const name = `${fileStem(chart.title)}.${kind}`
  if (kind === 'csv') return saveBlob(name, new Blob([toCsv(chart.spec.table)], { type: 'text/csv' }))
  if (kind === 'svg') return saveBlob(name, new Blob([drawSvg(chart)], { type: 'image/svg+xml' }))
  saveBlob(name, await drawPng(chart))
}

/** A file name made of a title: letters, digits and dashes. */
export function fileStem(title: string): string {
  const stem = title
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
  return stem === '' ? 'chart' : stem.slice(0, 80)
}

/** Option of the exported figure: title above, legend below. */
export function figureOption({ title, spec, theme }: ExportedChart): EChartsOption {
  return {
    ...spec.option,
    backgroundColor: theme.background,
    title: {
      text: title,
      ...(spec.note === undefined ? {} : { subtext: spec.note }),
      left: 12,
      top: 10,
      itemGap: 12,
      subtextStyle: { color: theme.faint, fontSize: 11 },
      textStyle: { color: theme.text, fontSize: 14, fontWeight: 600 },
    },
    legend: {
      show: namedSeries(spec).length > 1,
      bottom: 8,
      left: 12,
      data: namedSeries(spec),
      textStyle: { color: theme.text, fontSize: 11 },
      itemWidth: 22,
      itemHeight: 8,
    },
    grid: {
      left: 20,
      right: hasLevels(spec) ? NAME_MARGIN : 24,
      top: spec.note === undefined ? 44 : 66,
      bottom: 76,
      containLabel: true,
    },
  }
}

/** Names of the series that draw something of their own; levels and intervals explain themselves. */
function namedSeries({ option }: ChartSpec): (string | { name: string; itemStyle: { opacity: 0 } })[] {
  const series = Array.isArray(option.series) ? option.series : []
  const entries = new Map<string, ReturnType<typeof namedSeries>[number]>()
  for (const drawn of series) {
    const { name, type, data } = drawn
    if (type === 'custom' || !Array.isArray(data) || data.length === 0 || typeof name !== 'string') continue
    const plain = 'symbol' in drawn && drawn.symbol === 'none' // a line without marks keeps none in the legend
    if (!entries.has(name)) entries.set(name, plain ? { name, itemStyle: { opacity: 0 } } : name)
  }
  return [...entries.values()]
}

function hasLevels({ levels }: ChartSpec): boolean {
  return levels !== undefined && levels.length > 0
}

function drawSvg(chart: ExportedChart): string {
  const instance = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT })
  instance.setOption(figureOption(chart))
  const text = instance.renderToSVGString()
  instance.dispose()
  return text
}

async function drawPng(chart: ExportedChart): Promise<Blob> {
  const holder = document.createElement('div')
  const instance = init(holder, null, {
    renderer: 'canvas',
    width: WIDTH,
    height: HEIGHT,
    devicePixelRatio: SCALE,
  })
  instance.setOption(figureOption(chart))
  instance.getZr().flush()
  const drawn = instance.renderToCanvas({ pixelRatio: SCALE, backgroundColor: chart.theme.background })
  const blob = await new Promise<Blob | null>((resolve) => drawn.toBlob(resolve, 'image/png'))
  instance.dispose()
  if (blob === null) throw new Error('The browser could not encode the figure as PNG.')
  return blob
}
