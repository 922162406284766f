// One network kept ready in a training thread, and sequences run through it. Rounds what it hands over.
import { LacunaError } from '../../shared/errors.ts'
import type { Engine, Model, Trace } from '../engine/engine.ts'
import { readMoment, type Moment } from './inspect-weights.ts'
import type { JobEngine } from './messages.ts'

export interface TraceJob {
  engine: JobEngine
  key: string // names the weights
  moment?: Moment // absent when the thread has the weights of this key already
  tokens: Uint16Array
}

/** Activations rounded to SIGNIFICANT_DIGITS; logits as they are. */
export interface Traced {
  logits: Float64Array
  cells: {
    layer: number
    cell: number
    h: Float64Array
    c?: Float64Array
    gates: Record<string, Float64Array>
  }[]
}

/** More than a screen can show, and short enough to be sent as text. */
const SIGNIFICANT_DIGITS = 5

/** Round to SIGNIFICANT_DIGITS. */
export function roundForShow(value: number): number {
  if (value === 0 || !Number.isFinite(value)) return value
  const places = SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)))
  if (places < 0 || places > 22) return Number(value.toPrecision(SIGNIFICANT_DIGITS))
  // Powers of ten up to 22 are exact, so the quotient is the double nearest to the rounded decimal.
  const scale = 10 ** places
  return Math.round(value * scale) / scale
}

const rounded = (values: Float32Array | Float64Array) => Float64Array.from(values, roundForShow)

function forShow({ logits, cells }: Trace): Traced {
  return {
    logits: Float64Array.from(logits),
    cells: cells.map(({ layer, cell, h, c, gates }) => ({
      layer,
      cell,
      h: rounded(h),
      ...(c === undefined ? {} : { c: rounded(c) }),
      gates: Object.fromEntries(Object.entries(gates).map(([name, values]) => [name, rounded(values)])),
    })),
  }
}

export class TraceModel {
  readonly #load: (engine: JobEngine) => Promise<Engine>
  #held: { key: string; model: Model } | undefined

  constructor(load: (engine: JobEngine) => Promise<Engine>) {
    this.#load = load
  }

  /** @throws LacunaError engine-unavailable, or what the weights or the tokens are refused with */
  async trace({ engine, key, moment, tokens }: TraceJob): Promise<Traced> {
    if (moment !== undefined) {
      const loaded = await this.#load(engine)
      this.#held?.model.dispose()
      this.#held = undefined
      const { network, parameters, masks } = readMoment(moment)
      this.#held = { key, model: loaded.create(network, { parameters, masks }) }
    }
    if (this.#held?.key !== key) {
      throw new LacunaError('internal', 'The weights of a sequence player were lost; try again.')
    }
    return forShow(this.#held.model.trace(tokens))
  }
}
