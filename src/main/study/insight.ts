// What pruning did to the networks of runs: their masks and weights, and which test sequences they answer differently
// from the run they were pruned from. Everything behind insight/* of the contract. Reads the store and never writes.
import type { Outcomes, PruningInsight } from '../../shared/insight.ts'
import type { SplitScore } from '../../shared/results.ts'
import type { Target } from '../../shared/study.ts'
import type { Store } from '../store/store.ts'
import type { CheckWatch } from './engine-check.ts'
import type { EngineHost } from './engine-host.ts'
import type { EvaluateJob } from './evaluate-model.ts'
import { Evaluator, type Question } from './evaluator.ts'
import type { FoundMoment, Moments } from './inspect-moments.ts'
import type { DrawThread } from './inspect-thread.ts'

export interface InsightsOptions {
  store: Store
  moments: Moments
  thread: DrawThread
  host: () => EngineHost
  idleMs?: number | undefined
}

/** Weights of a run: after an epoch, by default its last one that is stored. */
interface AskedMoment {
  run: string
  epoch?: number | undefined
}

/** A moment with the end of the run it was pruned from. */
interface Pair {
  found: FoundMoment
  base: FoundMoment | undefined
}

export class Insights {
  readonly #store: Store
  readonly #moments: Moments
  readonly #thread: DrawThread
  readonly #evaluator: Evaluator

  constructor({ store, moments, thread, host, idleMs }: InsightsOptions) {
    this.#store = store
    this.#moments = moments
    this.#thread = thread
    this.#evaluator = new Evaluator({ host, idleMs })
  }

  /**
   * Look at the masks and weights of a run.
   * @throws LacunaError not-found; item-damaged; conflict when the run it was pruned from is not done
   */
  async show({ run: id, epoch: asked }: AskedMoment): Promise<PruningInsight> {
    const { found, base } = this.#pair(id, asked)
    const { run, title, epoch, epochs, accuracy } = found
    const { moment } = await this.#moments.load(found)
    const insight = await this.#thread.insight({ moment, targets: targetsOf(found) })
    return {
      runId: run.id,
      studyId: run.studyId,
      baseId: base?.run.id ?? null,
      title,
      cell: run.spec.cell,
      percent: run.spec.prune?.percent ?? null,
      epoch,
      epochs,
      accuracy: { before: base?.accuracy ?? null, after: accuracy },
      ...insight,
    }
  }

  /**
   * Test a run, and the one it was pruned from, on every sequence their study tests on.
   * @throws LacunaError as `show`; cancelled, engine-unavailable, engine-crashed, too-large
   */
  async outcomes({ run: id, epoch: asked }: AskedMoment, watch: CheckWatch): Promise<Outcomes> {
    const { found, base } = this.#pair(id, asked)
    const both = base === undefined ? [found] : [base, found]
    const answers = await this.#evaluator.evaluate(
      both.map((one) => this.#question(one)),
      watch,
    )
    const after = answers.at(-1)!
    const before = base === undefined ? undefined : answers[0]!.predictions
    const { dataset, testLimit } = found.definition
    const { groupsNote, ...table } = await this.#thread.outcomes({
      content: this.#store.datasets.content(dataset),
      generated: this.#store.datasets.get(dataset).source.kind === 'reber',
      tested: { testLimit },
      before,
      after: after.predictions,
    })
    return {
      runId: found.run.id,
      baseId: base?.run.id ?? null,
      epoch: found.epoch,
      ...table,
      note: differenceNote([
        ...(base === undefined ? [] : [{ of: base, correct: table.before!.correct }]),
        { of: found, correct: table.after.correct },
      ]),
      groupsNote,
      silent: after.silent,
    }
  }

  #pair(id: string, epoch: number | undefined): Pair {
    const found = this.#moments.find(id, epoch)
    const baseId = this.#store.runs.baseOf(id)
    return { found, base: baseId === undefined ? undefined : this.#moments.find(baseId) }
  }

  #question(found: FoundMoment): Question {
    const load = async (): Promise<EvaluateJob> => {
      const { engine, moment, tests } = await this.#moments.load(found)
      return { engine, moment, ...tests }
    }
    return { key: found.key, load }
  }

  /** Whether an engine process is kept ready. */
  get open(): boolean {
    return this.#evaluator.open
  }

  /** End what is kept ready. */
  close(): void {
    this.#evaluator.close()
  }
}

/** What a run prunes; of a base run, what the runs pruned from it do. */
function targetsOf({ definition, run }: FoundMoment): readonly Target[] {
  if (run.spec.prune !== undefined) return [run.spec.prune.target]
  return definition.kind === 'pruning' ? definition.prune.targets : []
}

function storedTest({ run, epoch }: Pick<FoundMoment, 'run' | 'epoch'>): SplitScore | undefined {
  return run.epochs.find((record) => record.epoch === epoch)?.test
}

/** Right answers counted now, and the moment they are of. */
interface Counted {
  of: Pick<FoundMoment, 'run' | 'epoch' | 'title'>
  correct: number
}

/** Say where the answers counted now are not those that were stored: another engine, or another machine. */
export function differenceNote(counted: readonly Counted[]): string | null {
  const parts = counted.flatMap(({ of, correct }) => {
    const stored = storedTest(of)
    if (stored === undefined || stored.correct === correct) return []
    return [`${of.title}: ${correct} of ${stored.total} right here, ${stored.correct} when it was trained`]
  })
  if (parts.length === 0) return null
  return `${parts.join('; ')}. The networks were tested again for this view, and engines and machines round differently.`
}
