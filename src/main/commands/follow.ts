// Follows a study from its start to its end: bars on a terminal, lines elsewhere, JSON lines with --json. A signal
// stops it where it is; everything finished is saved.
import type { RunProgress, RunSummary, StudySummary } from '../../shared/contract.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { Workbench } from '../workbench.ts'
import { untilStopped, type CommonOptions } from './context.ts'
import { duration, note, percent, printJson, printLine } from './output.ts'
import { bar, LiveLines } from './progress.ts'
import { anyResultsText, resultsOf } from './results-text.ts'

const ENDED = new Set<StudySummary['state']>(['done', 'incomplete', 'cancelled', 'paused'])
const RUN_ENDED = new Set<RunSummary['state']>(['done', 'diverged', 'failed', 'cancelled'])

/**
 * Start or resume a study with `begin` and wait for its end.
 * @throws LacunaError conflict when it did not end `done`, cancelled when a signal stopped it
 */
export async function followStudy(
  workbench: Workbench,
  flags: CommonOptions,
  begin: () => Promise<StudySummary>,
): Promise<void> {
  // Listened for before anything is said, so that whoever hears of the study can stop it.
  const stopped = untilStopped()
  const summary = await begin()
  const follower = new Follower(workbench, summary, flags.json === true)
  const ended = await Promise.race([follower.untilEnded(), stopped])
  follower.stop()
  if (typeof ended === 'string') {
    note('Stopping and saving.')
    throw new LacunaError('cancelled', `Stopped; go on with \`lacuna study resume ${summary.id}\`.`)
  }
  const results = await resultsOf(workbench, ended)
  if (flags.json === true) printJson({ event: 'finished', study: ended, results })
  else printLine(`\n${anyResultsText(results)}`)
  assertDone(ended)
}

/** A look at all runs takes at most this share of the time, however many there are. */
const LOOKING_SHARE = 0.05

/** Keeps the picture of one study that is drawn, from the events of the workbench. */
class Follower {
  readonly #workbench: Workbench
  readonly #json: boolean
  readonly #live: LiveLines
  readonly #running = new Map<string, RunProgress>()
  readonly #reported = new Set<string>()
  #summary: StudySummary
  #titles = new Map<string, string>()
  #unsubscribe: () => void = () => undefined
  #checking: NodeJS.Timeout | undefined
  #nextCheck = 0
  #changed = false

  constructor(workbench: Workbench, summary: StudySummary, json: boolean) {
    this.#workbench = workbench
    this.#summary = summary
    this.#json = json
    this.#live = new LiveLines(() => this.#lines())
    if (json) printJson({ event: 'started', study: summary })
    else
      note(
        `Study ${summary.name} (${summary.id}) on ${summary.datasetName}: ${summary.epochsTotal} epochs to train`,
      )
  }

  /** Resolve with the summary once nothing of the study is left to do, reject when the queue cannot go on. */
  untilEnded(): Promise<StudySummary> {
    return new Promise((resolve, reject) => {
      // Many changes make one look, and the last change is looked at.
      const check = () => {
        this.#checking ??= setTimeout(
          () => {
            this.#refresh().then(() => {
              this.#checking = undefined
              if (ENDED.has(this.#summary.state)) resolve(this.#summary)
              else if (this.#changed) check()
            }, reject)
          },
          Math.max(0, this.#nextCheck - performance.now()),
        )
      }
      this.#unsubscribe = this.#workbench.subscribe((name, payload) => {
        if (name === 'studies/changed') {
          this.#changed = true
          check()
        } else if (name === 'run/progressed') this.#progressed(payload as RunProgress)
        else if (name === 'epoch/finished') this.#finishedEpoch(payload as EpochEvent)
        else if (name === 'queue/changed' && 'problem' in payload && payload.problem !== undefined) {
          reject(new LacunaError(payload.problem.code, payload.problem.message, payload.problem.detail))
        }
      })
      check()
    })
  }

  stop(): void {
    clearTimeout(this.#checking)
    this.#unsubscribe()
    this.#live.end()
  }

  async #refresh(): Promise<void> {
    this.#changed = false
    const begin = performance.now()
    const { summary, runs } = await this.#workbench.handlers['study/show']({ id: this.#summary.id })
    this.#summary = summary
    this.#titles = new Map(runs.map((run) => [run.id, run.spec.key]))
    for (const run of runs) if (RUN_ENDED.has(run.state)) this.#endedRun(run)
    this.#live.update()
    const now = performance.now()
    this.#nextCheck = now + (now - begin) / LOOKING_SHARE
  }

  #endedRun(run: RunSummary): void {
    this.#running.delete(run.id)
    if (this.#reported.has(run.id)) return
    this.#reported.add(run.id)
    if (this.#json) return printJson({ event: 'run', run })
    const accuracy = run.last === undefined ? '' : `, ${percent(run.last.test.accuracy)} test accuracy`
    this.#live.print(
      `${run.spec.key}: ${run.state}${accuracy}${run.problem === undefined ? '' : ` - ${run.problem.message}`}`,
    )
  }

  #finishedEpoch({ studyId, runId, record }: EpochEvent): void {
    if (studyId !== this.#summary.id) return
    if (this.#json) printJson({ event: 'epoch', studyId, runId, run: this.#titles.get(runId), record })
    if (record.epoch > 0) this.#summary = { ...this.#summary, epochsDone: this.#summary.epochsDone + 1 }
    this.#live.update()
  }

  #progressed(progress: RunProgress): void {
    if (progress.studyId !== this.#summary.id) return
    this.#running.set(progress.runId, progress)
    this.#live.update()
  }

  #lines(): string[] {
    const { epochsDone, epochsTotal, remainingMs } = this.#summary
    const newest = [...this.#running.values()].at(-1)?.remainingMs ?? remainingMs
    const left = newest === undefined ? '' : `, ${duration(newest)} left`
    const runs = [...this.#running].map(([runId, p]) => {
      const loss = p.loss === undefined ? '' : ` loss ${p.loss.toFixed(4)}`
      const fraction = p.batches === 0 ? 0 : p.batch / p.batches
      return `  ${(this.#titles.get(runId) ?? runId).padEnd(28)} ${bar(fraction)} epoch ${p.epoch} of ${p.epochs}${loss}`
    })
    return [
      `${bar(epochsTotal === 0 ? 1 : epochsDone / epochsTotal)} ${epochsDone} of ${epochsTotal} epochs${left}`,
      ...runs,
    ]
  }
}

interface EpochEvent {
  studyId: string
  runId: string
  record: RunSummary['last'] & object
}

/** What a study that ended is worth as an exit code: anything but `done` failed. */
function assertDone({ id, state, runs }: StudySummary): void {
  if (state === 'done') return
  const bad = runs.failed + runs.diverged + runs.cancelled
  throw new LacunaError(
    'conflict',
    `The study ended ${state}: ${bad} runs failed, diverged or were cancelled; see \`lacuna study show ${id}\`.`,
  )
}
