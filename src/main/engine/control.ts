// Shared memory between a training worker and the control thread of its engine process: a stop flag and a ring of
// progress records. Native code writes the same layout, so a change here is a change in src/native too.

/** Records the ring holds before the oldest is overwritten; progress is sampled, stored values are exact. */
export const RING_CAPACITY = 256
const HEADER_BYTES = 64
const RECORD_BYTES = 32

/** One trained batch. `batch` counts from 0 within the pass. */
export interface ProgressRecord {
  batch: number
  loss: number // mean cross-entropy of the batch
  gradientNorm: number // before clipping
  correct: number // sequences of the batch classified right
}

/**
 * Layout, little endian: int32 at byte 0 = stop flag (1 = stop), int32 at byte 4 = records written so far (wraps at
 * 2^31); from byte 64 on RING_CAPACITY records of four float64: batch, loss, gradientNorm, correct. Record n is at
 * 64 + 32 * (n mod RING_CAPACITY). The counter is stored after its record (release order).
 */
export class RunControl {
  readonly buffer: SharedArrayBuffer
  readonly #header: Int32Array
  readonly #records: Float64Array

  constructor(buffer = new SharedArrayBuffer(HEADER_BYTES + RING_CAPACITY * RECORD_BYTES)) {
    this.buffer = buffer
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4)
    this.#records = new Float64Array(buffer, HEADER_BYTES)
  }

  /** Ask the engine to return before its next batch. */
  requestStop(): void {
    Atomics.store(this.#header, 0, 1)
  }

  clearStop(): void {
    Atomics.store(this.#header, 0, 0)
  }

  get stopRequested(): boolean {
    return Atomics.load(this.#header, 0) !== 0
  }

  /** Records written since the buffer was made. */
  get written(): number {
    return Atomics.load(this.#header, 1)
  }

  write(record: ProgressRecord): void {
    const n = this.written
    const at = (n % RING_CAPACITY) * 4
    this.#records[at] = record.batch
    this.#records[at + 1] = record.loss
    this.#records[at + 2] = record.gradientNorm
    this.#records[at + 3] = record.correct
    Atomics.store(this.#header, 1, (n + 1) & 0x7fffffff)
  }

  /** The newest record, or undefined before the first. May be torn by a concurrent write: for display only. */
  latest(): ProgressRecord | undefined {
    const n = this.written
    if (n === 0) return undefined
    const at = ((n - 1) % RING_CAPACITY) * 4
    const [batch, loss, gradientNorm, correct] = this.#records.subarray(at, at + 4)
    return { batch: batch!, loss: loss!, gradientNorm: gradientNorm!, correct: correct! }
  }
}
