// A strip of values as pixels: one per unit and step. Pure but for the pixels it is given.
import { rampColour } from '../charts/palette.ts'
import { signedColour, type StructureTheme } from './colours.ts'
import type { Strip } from './trace.ts'

const COLOURS = 256

/** Colours of the strip's scale from its lower to its upper end, as red, green, blue. */
function tableOf(strip: Strip, theme: StructureTheme): Uint8ClampedArray {
  const table = new Uint8ClampedArray(COLOURS * 3)
  for (let i = 0; i < COLOURS; i++) {
    const share = i / (COLOURS - 1)
    const colour = strip.signed ? signedColour(theme, share * 2 - 1) : rampColour(theme.chart, share)
    table.set(colour.match(/\d+/g)!.map(Number), i * 3)
  }
  return table
}

/** Share of the scale, 0 to 1, at which a value lies. */
function heatShare(strip: Strip, value: number): number {
  const share = strip.signed ? (value / strip.largest + 1) / 2 : value / strip.largest
  return Math.min(1, Math.max(0, share))
}

/** Fill `pixels` ([rows, steps] RGBA, row-major) with the colours of the strip. */
export function fillHeat(pixels: Uint8ClampedArray, strip: Strip, theme: StructureTheme): void {
  const table = tableOf(strip, theme)
  const { rows, steps, values } = strip
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < steps; step++) {
      const colour = Math.round(heatShare(strip, values[step * rows + row]!) * (COLOURS - 1)) * 3
      const at = (row * steps + step) * 4
      pixels[at] = table[colour]!
      pixels[at + 1] = table[colour + 1]!
      pixels[at + 2] = table[colour + 2]!
      pixels[at + 3] = 255
    }
  }
}
