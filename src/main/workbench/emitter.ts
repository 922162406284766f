// Fans every event out to the transports that listen. One listener's failure is logged and does not reach the others.
import type { Emit } from '../../shared/contract.ts'

export class Emitter {
  readonly #listeners = new Set<Emit>()
  readonly #log: (message: string, error: unknown) => void

  constructor(log: (message: string, error: unknown) => void) {
    this.#log = log
  }

  readonly emit: Emit = (name, payload) => {
    for (const listener of this.#listeners) {
      try {
        listener(name, payload)
      } catch (error) {
        this.#log(`A listener failed on ${name}`, error)
      }
    }
  }

  subscribe(listener: Emit): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
