// Weights of every epoch of runs that were trained again, as files in the workspace's temporary folder: they can be
// computed again at any time, so they never take the room of what cannot.
import { mkdirSync, rmSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LacunaError } from '../../shared/errors.ts'
import type { RunRecord } from '../../shared/results.ts'
import { errorCode, freeBytes, volumeOf } from '../store/failures.ts'

/** Bytes all replays together may take, and at most half of what is free on the volume. */
export const REPLAY_BYTES = 512 * 1024 * 1024

/** Weights of one epoch, as blobs. */
export interface KeptWeights {
  weights: Uint8Array
  masks?: Uint8Array
}

interface Replay {
  folder: string
  epochs: number[]
  bytes: number
  masks: boolean
}

/** A replay that is being made; `keep` decides which epochs fit. */
export interface ReplayWriter {
  keep(epoch: number, kept: KeptWeights): Promise<void>
  finish(): number[]
  discard(): void
}

/** A run that is trained anew is another one. */
const keyOf = ({ id, startedAt = '' }: Pick<RunRecord, 'id' | 'startedAt'>) => `${id} ${startedAt}`

export class ReplayCache {
  readonly #folder: string
  readonly #limit: number
  readonly #replays = new Map<string, Replay>() // the one looked at last is the last
  #made = 0

  /** @param folder emptied at every start by whoever owns it; this makes its own folder inside */
  constructor(folder: string, limit = REPLAY_BYTES) {
    this.#folder = join(folder, 'replays')
    this.#limit = limit
  }

  /** Epochs whose weights are kept. */
  epochs(run: RunRecord): number[] {
    return this.#replays.get(keyOf(run))?.epochs ?? []
  }

  /** @throws LacunaError not-found when the files are gone */
  async read(run: RunRecord, epoch: number): Promise<KeptWeights> {
    const key = keyOf(run)
    const replay = this.#replays.get(key)
    try {
      if (!replay?.epochs.includes(epoch)) throw new Error('not kept')
      this.#replays.delete(key)
      this.#replays.set(key, replay)
      const weights = await readFile(join(replay.folder, `${epoch}.safetensors`))
      if (!replay.masks) return { weights }
      return { weights, masks: await readFile(join(replay.folder, 'masks.safetensors')) }
    } catch (error) {
      this.#drop(key)
      throw new LacunaError(
        'not-found',
        `The weights after epoch ${epoch} of run ${run.id} are not kept any more; replay the run.`,
        undefined,
        { cause: error },
      )
    }
  }

  /**
   * Begin to keep a run of `count` epochs, the last of which is `last`. Where they do not all fit, every second, third
   * .. is kept, and always the last.
   */
  begin(run: RunRecord, { count, last }: { count: number; last: number }): ReplayWriter {
    const key = keyOf(run)
    this.#drop(key)
    const replay: Replay = {
      folder: join(this.#folder, String(this.#made++)),
      epochs: [],
      bytes: 0,
      masks: false,
    }
    const discard = () => rmSync(replay.folder, { recursive: true, force: true })
    let stride: number | undefined
    return {
      keep: async (epoch, kept) => {
        mkdirSync(replay.folder, { recursive: true })
        stride ??= this.#stride(count, kept)
        if (epoch !== last && epoch % stride !== 0) return
        await this.#write(replay, epoch, kept)
      },
      finish: () => {
        this.#replays.set(key, replay)
        return replay.epochs
      },
      discard,
    }
  }

  /** Forget everything and delete the files. */
  clear(): void {
    this.#replays.clear()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Keep every how manieth epoch: the limit and half of the free room are shared by all epochs. */
  #stride(count: number, { weights, masks }: KeptWeights): number {
    const room = Math.min(this.#limit, freeBytes(this.#folder) / 2) - (masks?.length ?? 0)
    const fit = Math.floor(room / weights.length)
    if (fit < 1) throw this.#full(weights.length)
    // The last one is kept whether or not it is its turn.
    if (count <= fit) return 1
    return fit < 2 ? Infinity : Math.ceil(count / (fit - 1))
  }

  async #write(replay: Replay, epoch: number, { weights, masks }: KeptWeights): Promise<void> {
    const first = replay.epochs.length === 0 && masks !== undefined
    const bytes = weights.length + (first ? masks.length : 0)
    this.#makeRoom(replay.bytes + bytes)
    try {
      await writeFile(join(replay.folder, `${epoch}.safetensors`), weights)
      // Masks stay as they are while a run is trained.
      if (first) await writeFile(join(replay.folder, 'masks.safetensors'), masks)
    } catch (error) {
      const code = errorCode(error)
      throw code === 'ENOSPC' || code === 'EDQUOT' ? this.#full(bytes, error) : error
    }
    if (first) replay.masks = true
    replay.epochs.push(epoch)
    replay.bytes += bytes
  }

  /** Drop replays that were not looked at for longest until `bytes` fit beside the rest. */
  #makeRoom(bytes: number): void {
    const used = () => [...this.#replays.values()].reduce((sum, replay) => sum + replay.bytes, 0)
    while (used() + bytes > this.#limit) {
      const [oldest] = this.#replays.keys()
      if (oldest === undefined) return
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    const replay = this.#replays.get(key)
    if (replay === undefined) return
    this.#replays.delete(key)
    rmSync(replay.folder, { recursive: true, force: true })
  }

  #full(bytes: number, cause?: unknown): LacunaError {
    const volume = volumeOf(this.#folder)
    const megabytes = (n: number) => `${(n / 1e6).toFixed(1)} MB`
    return new LacunaError(
      'disk-full',
      `The volume ${volume} has no room for the weights of every epoch: one takes ${megabytes(bytes)}, ${megabytes(freeBytes(this.#folder))} are free. Make room and replay the run again; nothing else is affected.`,
      { volume, needed: bytes },
      { cause },
    )
  }
}
