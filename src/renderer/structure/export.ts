// Saves the picture of a structure: the figure as SVG or PNG, or its graph as a file for other tools.
import type { RequestArgs } from '../../shared/contract.ts'
import { request } from '../api.ts'
import { fileStem } from '../charts/export.ts'
import { saveBlob } from '../composables/save-file.ts'
import { figureSize, toSvg, type Figure } from './svg.ts'

const PNG_SCALE = 2.5
const PNG_SIDE = 8_000 // pixels, below what browsers can encode

export function saveSvg(figure: Figure): void {
  saveBlob(`${fileStem(figure.title)}.svg`, new Blob([toSvg(figure)], { type: 'image/svg+xml' }))
}

/** Draw the figure into pixels and save it. */
export async function savePng(figure: Figure): Promise<void> {
  saveBlob(`${fileStem(figure.title)}.png`, await toPng(figure))
}

async function toPng(figure: Figure): Promise<Blob> {
  const { width, height } = figureSize(figure)
  const scale = Math.min(PNG_SCALE, PNG_SIDE / Math.max(width, height))
  const url = URL.createObjectURL(new Blob([toSvg(figure)], { type: 'image/svg+xml' }))
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

/** Have the workbench write the graph, and save it. */
export async function saveGraph(args: RequestArgs<'structure/export'>): Promise<void> {
  const { fileName, text } = await request('structure/export', args)
  saveBlob(fileName, new Blob([text], { type: 'application/octet-stream' }))
}
