// Paints the heatmap of one gate into a canvas, one pixel for each block, enlarged without smoothing.
import type { GateInsight } from '../../shared/insight.ts'
import { blockColour, type HeatTheme, type Shown } from './heat.ts'

const HATCH = 4 // pixels between two lines

export interface PaintedHeat {
  gate: GateInsight
  shown: Shown
  largest: number
  theme: HeatTheme
}

/** Draw into `canvas` at the sharpness of the screen; `size` is in pixels of the page. */
export function paintHeat(
  canvas: HTMLCanvasElement,
  size: { width: number; height: number },
  { gate, shown, largest, theme }: PaintedHeat,
): void {
  const { rows, columns, live } = gate.heat
  const ratio = window.devicePixelRatio || 1
  canvas.width = Math.round(size.width * ratio)
  canvas.height = Math.round(size.height * ratio)
  const context = canvas.getContext('2d')
  if (context === null || rows === 0 || columns === 0) return
  const image = new ImageData(columns, rows)
  let never = false
  for (let at = 0; at < live.length; at++) {
    const colour = blockColour(gate, at, shown, largest, theme)
    if (colour === undefined) never = true
    else image.data.set([...colour, 255], at * 4)
  }
  if (never) hatch(context, canvas, theme.hatch, ratio)
  const small = new OffscreenCanvas(columns, rows)
  small.getContext('2d')!.putImageData(image, 0, 0)
  context.imageSmoothingEnabled = false
  context.drawImage(small, 0, 0, canvas.width, canvas.height)
}

/** Lines below everything; blocks that exist cover them. */
function hatch(
  context: CanvasRenderingContext2D,
  { width, height }: HTMLCanvasElement,
  colour: string,
  ratio: number,
): void {
  context.strokeStyle = colour
  context.lineWidth = ratio
  context.beginPath()
  for (let at = 0; at < width + height; at += HATCH * ratio) {
    context.moveTo(at, 0)
    context.lineTo(at - height, height)
  }
  context.stroke()
}
