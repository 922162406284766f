// The two canvases below the graph library's: connections, and the fillings of units. Each is painted only when what it
// shows has changed.
import type { PaintedUnits } from './paint-units.ts'
import { paintUnits } from './paint-units.ts'
import { paint, type PaintedPicture, type Viewport } from './paint.ts'

const MOST_RATIO = 2 // device pixels per CSS pixel; more cost much and show little

export interface CanvasElements {
  connections: HTMLCanvasElement
  units: HTMLCanvasElement
}

/** What is to be seen. Objects are compared by identity: another picture is another object. */
export interface Painting {
  picture: PaintedPicture
  units: PaintedUnits
  fills: readonly string[]
}

export class Canvases {
  readonly #pens: { connections: CanvasRenderingContext2D; units: CanvasRenderingContext2D }
  #size = { width: 0, height: 0, ratio: 1 }
  #shown: { connections: unknown[]; units: unknown[] } = { connections: [], units: [] }

  constructor({ connections, units }: CanvasElements) {
    this.#pens = { connections: connections.getContext('2d')!, units: units.getContext('2d')! }
  }

  /** Take a new size in CSS pixels; both canvases are empty afterwards. */
  resize(width: number, height: number): void {
    const ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1)
    this.#size = { width, height, ratio }
    for (const { canvas } of Object.values(this.#pens)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
    }
    this.#shown = { connections: [], units: [] }
  }

  paint({ picture, units, fills }: Painting, viewport: Viewport): void {
    const { zoom, pan } = viewport
    if (this.#changed('connections', [picture, zoom, pan.x, pan.y]))
      paint(this.#pens.connections, picture, viewport, this.#size)
    if (this.#changed('units', [units, fills, zoom, pan.x, pan.y]))
      paintUnits(this.#pens.units, units, fills, viewport, this.#size)
  }

  #changed(which: 'connections' | 'units', now: unknown[]): boolean {
    const before = this.#shown[which]
    this.#shown[which] = now
    return now.some((value, i) => value !== before[i])
  }
}
