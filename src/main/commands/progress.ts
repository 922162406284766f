// A few live lines at the bottom of a terminal. Draws only on a terminal and at most ten times a second; elsewhere it
// is silent, so that logs and pipes stay clean.
import type { WriteStream } from 'node:tty'

const FRAME_MS = 100
const BAR = 24

/** Draw `fraction` (0 to 1) as a bar of `width` characters. */
export function bar(fraction: number, width = BAR): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width)
  return `${'█'.repeat(filled)}${'░'.repeat(width - filled)}`
}

export class LiveLines {
  readonly #stream: WriteStream | undefined
  readonly #lines: () => string[]
  #drawn = 0
  #timer: NodeJS.Timeout | undefined

  /** @param lines called for every frame */
  constructor(lines: () => string[], stream: WriteStream = process.stderr) {
    this.#stream = stream.isTTY ? stream : undefined
    this.#lines = lines
  }

  /** Draw soon; many calls make one frame. */
  update(): void {
    if (this.#stream === undefined || this.#timer !== undefined) return
    this.#timer = setTimeout(() => this.#draw(), FRAME_MS)
    this.#timer.unref()
  }

  /** Print a line that stays, above the live ones. Without a terminal it is printed as well. */
  print(text: string): void {
    this.#erase()
    process.stderr.write(`${text}\n`)
    this.update()
  }

  /** Remove the live lines. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#erase()
  }

  #erase(): void {
    if (this.#drawn > 0) this.#stream?.write(`\x1b[${this.#drawn}A\x1b[0J`)
    this.#drawn = 0
  }

  #draw(): void {
    this.#timer = undefined
    const stream = this.#stream
    if (stream === undefined) return
    const width = stream.columns > 0 ? stream.columns : 80
    const lines = this.#lines()
      .slice(0, Math.max(1, (stream.rows > 0 ? stream.rows : 24) - 1))
      .map((line) => line.slice(0, width - 1))
    this.#erase()
    stream.write(lines.map((line) => `${line}\n`).join(''))
    this.#drawn = lines.length
  }
}
