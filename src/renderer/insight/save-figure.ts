// Saves the figure of all heatmaps as SVG, as PNG, or its numbers as CSV.
import { fileStem, type ExportKind } from '../charts/export.ts'
import { toCsv } from '../charts/spec.ts'
import { saveBlob } from '../composables/save-file.ts'
import { allBlocks, figureSize, toHeatSvg, type HeatFigure } from './heat-figure.ts'

const PNG_SCALE = 2.5
const PNG_SIDE = 8_000 // pixels, below what browsers can encode

/** @throws Error where the browser cannot encode the picture */
export async function saveHeatFigure(kind: ExportKind, figure: HeatFigure): Promise<void> {
  const name = `${fileStem(figure.title)}.${kind}`
  if (kind === 'csv')
    return saveBlob(name, new Blob([toCsv(allBlocks(figure.matrices))], { type: 'text/csv' }))
  const svg = new Blob([toHeatSvg(figure)], { type: 'image/svg+xml' })
  saveBlob(name, kind === 'svg' ? svg : await rasterise(svg, figureSize(figure)))
}

async function rasterise(svg: Blob, { width, height }: { width: number; height: number }): Promise<Blob> {
  const scale = Math.min(PNG_SCALE, PNG_SIDE / Math.max(width, height))
  const url = URL.createObjectURL(svg)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(width * scale)
    canvas.height = Math.round(height * scale)
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (blob === null) throw new Error('The browser could not encode the figure as PNG.')
    return blob
  } finally {
    URL.revokeObjectURL(url)
  }
}
