// The one random generator of Lacuna: counter-based Philox4x32-10, in streams named by purpose, so that a result
// depends on (seed, purpose) alone and never on scheduling. Refuses to know a clock or a global state.
// Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3 (SC 2011), doi:10.1145/2063384.2063405.
import { LacunaError } from './errors.ts'

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16) // below 2^32, so exact as a double and as uint32
  const middle2 = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + (middle >>> 16) + (middle2 >>> 16)) >>> 0
}

/** Write Philox4x32-10 of counter (c0..c3) and key (k0, k1) to `out`; all are unsigned 32-bit integers. */
export function philox(
  out: Uint32Array,
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): void {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0)
    const high1 = multiplyHigh(MULTIPLIER_1, c2)
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + WEYL_0) >>> 0
    k1 = (k1 + WEYL_1) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** Fold a text into 128 bits with Philox as the mixing step; not for secrets. */
function foldText(text: string): Uint32Array {
  const state = new Uint32Array(4)
  const mixed = new Uint32Array(4)
  for (let at = 0; at < text.length; at += 8) {
    for (let word = 0; word < 4; word++) {
      const low = at + 2 * word < text.length ? text.charCodeAt(at + 2 * word) : 0
      const high = at + 2 * word + 1 < text.length ? text.charCodeAt(at + 2 * word + 1) : 0
      state[word] = state[word]! ^ (low | (high << 16))
    }
    // Feeding the input forward makes the step one-way, so that different prefixes do not meet by construction.
    philox(mixed, [state[0]!, state[1]!, state[2]!, state[3]!], [text.length, at])
    for (let word = 0; word < 4; word++) state[word] = state[word]! ^ mixed[word]!
  }
  return state
}

/** An endless sequence of random numbers, fixed by the four words it is made from. Make one with `randomStream`. */
export class RandomStream {
  readonly #words: Uint32Array
  readonly #block = new Uint32Array(4)
  #counter = 0
  #used = 4
  #spareNormal: number | undefined

  constructor(words: Uint32Array) {
    this.#words = words
  }

  /** Draw an integer uniform in 0 .. 2^32 - 1. */
  uint32(): number {
    if (this.#used === 4) {
      // Counter words 0 and 1 count the blocks of this stream; words 2 and 3 and the key name the stream.
      const [k0, k1, c2, c3] = this.#words
      philox(
        this.#block,
        [this.#counter >>> 0, Math.floor(this.#counter / 0x1_0000_0000), c2!, c3!],
        [k0!, k1!],
      )
      this.#counter += 1
      this.#used = 0
    }
    return this.#block[this.#used++]!
  }

  /** Draw a multiple of 2^-53 uniform in [0, 1); takes two 32-bit draws. */
  float(): number {
    const high = this.uint32() >>> 5
    const low = this.uint32() >>> 6
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000
  }

  /**
   * Draw an integer uniform in 0 .. n-1, without modulo bias (draws above the last whole multiple are rejected).
   * @throws LacunaError bad-request unless n is an integer in 1 .. 2^32
   */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > 0x1_0000_0000) {
      throw new LacunaError(
        'bad-request',
        `A random integer below ${n} was asked for; the bound must be an integer from 1 to 2^32.`,
      )
    }
    const limit = 0x1_0000_0000 - (0x1_0000_0000 % n)
    let drawn = this.uint32()
    while (drawn >= limit) drawn = this.uint32()
    return drawn % n
  }

  /** Draw from the standard normal distribution (Marsaglia's polar method: two values per accepted pair). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const value = this.#spareNormal
      this.#spareNormal = undefined
      return value
    }
    for (;;) {
      const x = 2 * this.float() - 1
      const y = 2 * this.float() - 1
      const square = x * x + y * y
      if (square > 0 && square < 1) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square)
        this.#spareNormal = y * scale
        return x * scale
      }
    }
  }

  /** Shuffle in place, every order equally likely (Fisher-Yates). Returns its argument. */
  shuffle<T extends Uint32Array | unknown[]>(values: T): T {
    for (let last = values.length - 1; last > 0; last--) {
      const other = this.integer(last + 1)
      const held = values[last]!
      values[last] = values[other]!
      values[other] = held
    }
    return values
  }

  /** Draw a random order of 0 .. n-1. */
  permutation(n: number): Uint32Array {
    return this.shuffle(Uint32Array.from({ length: n }, (_, i) => i))
  }
}

/**
 * Open the stream of a purpose, for example `randomStream(7, 'shuffle', epoch)`. Equal arguments give equal numbers on
 * every machine; the number 1 and the text '1' are different. Purposes are told apart whole: ('ab') is not ('a', 'b').
 * @throws LacunaError bad-request for a number that is not a safe integer
 */
export function randomStream(seed: number | string, ...purpose: (string | number)[]): RandomStream {
  for (const part of [seed, ...purpose]) {
    if (typeof part === 'number' && !Number.isSafeInteger(part)) {
      throw new LacunaError(
        'bad-request',
        `A random stream was asked for with ${part}; seeds and purposes are integers or texts.`,
      )
    }
  }
  return new RandomStream(foldText(JSON.stringify([seed, ...purpose])))
}
