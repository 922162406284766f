import { afterEach, describe, expect, it, vi } from 'vitest'
import { LacunaError } from '../../src/shared/errors.ts'
import { calm } from '../../src/renderer/composables/calm.ts'
import { useLoad } from '../../src/renderer/composables/use-load.ts'
import { withBaseEpoch, withEpoch } from '../../src/renderer/composables/use-study.ts'
import { studyShare, totalRuns } from '../../src/renderer/composables/study-progress.ts'
import { useApp } from '../../src/renderer/stores/app.ts'
import { useDatasets } from '../../src/renderer/stores/datasets.ts'
import { runShare, useQueue } from '../../src/renderer/stores/queue.ts'
import { useStudies } from '../../src/renderer/stores/studies.ts'
import { useTasks } from '../../src/renderer/stores/tasks.ts'
import { useToasts } from '../../src/renderer/stores/toasts.ts'
import { settle, startStores } from './support/fake-browser.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('datasets', () => {
  it('lists them and fetches each profile once', async () => {
    const { asked } = startStores('full')
    const datasets = useDatasets()
    datasets.start()
    await settle()
    expect(datasets.list!.map(({ name }) => name)).toContain('Darji 2021')
    await Promise.all([datasets.detail('da0a'), datasets.detail('da0a')])
    expect(asked.filter((name) => name === 'dataset/show')).toHaveLength(1)
  })

  it('offers to take a deletion back, and does', async () => {
    startStores('full')
    const datasets = useDatasets()
    const toasts = useToasts()
    datasets.start()
    await settle()
    const before = datasets.list!.length
    expect(await datasets.remove(datasets.list![0]!)).toBe(true)
    await settle()
    expect(datasets.list).toHaveLength(before - 1)
    expect(toasts.toasts[0]!.action!.label).toBe('Undo')
    await toasts.toasts[0]!.action!.run()
    await settle()
    expect(datasets.list).toHaveLength(before)
  })

  it('turns a failure into a toast and keeps the list', async () => {
    startStores('full')
    const datasets = useDatasets()
    datasets.start()
    await settle()
    const gone = { ...datasets.list![0]!, id: 'gone' }
    expect(await datasets.remove(gone)).toBe(false)
    expect(useToasts().toasts[0]).toMatchObject({
      kind: 'error',
      text: expect.stringContaining('no dataset gone'),
    })
    expect(datasets.list!.length).toBe(3)
  })
})

describe('studies', () => {
  it('pauses, resumes and shows the new state at once', async () => {
    startStores('busy')
    const studies = useStudies()
    studies.start()
    await settle()
    await studies.act('pause', studies.byId.get('s1')!)
    expect(studies.byId.get('s1')!.state).toBe('paused')
    await studies.act('resume', studies.byId.get('s1')!)
    expect(studies.byId.get('s1')!.state).toBe('running')
  })

  it('counts progress in epochs', async () => {
    const { fake } = startStores('busy')
    const { summary } = await fake.handlers['study/show']({ id: 's1' })
    expect(totalRuns(summary)).toBe(1220)
    expect(studyShare(summary)).toBeCloseTo(summary.epochsDone / summary.epochsTotal, 12)
    expect(studyShare({ ...summary, state: 'done' })).toBe(1)
    expect(studyShare({ ...summary, epochsTotal: 0 })).toBe(0)
    fake.close()
  })

  it('puts a finished epoch into its run once', async () => {
    const { fake } = startStores('full')
    const { runs } = await fake.handlers['study/show']({ id: 's1' })
    const run = { ...runs[0]!, epochsDone: 0, accuracies: [], state: 'queued' as const }
    Reflect.deleteProperty(run, 'last')
    const record = (await fake.handlers['run/show']({ id: run.id })).epochs[0]!
    const event = { studyId: 's1', runId: run.id, record }
    const once = withEpoch(run, event)
    expect(once).toMatchObject({ state: 'running', epochsDone: 1, accuracies: [record.test.accuracy] })
    expect(withEpoch(once, event)).toBe(once)
    const empty = { studyId: 's1', margin: 1, base: [], pruned: [], levels: [], safe: [] }
    const grown = withBaseEpoch(withBaseEpoch(empty, run, event), run, event)
    expect(grown.base).toEqual([{ cell: 'rnn-tanh', seed: 1, runId: run.id, epochs: [record] }])
  })
})

describe('the queue', () => {
  it('follows the runs that compute and forgets them when they end', async () => {
    const { emit } = startStores('full')
    const queue = useQueue()
    queue.start()
    await settle()
    const run = {
      runId: 'r',
      studyId: 's',
      epoch: 3,
      epochs: 10,
      phase: 'training' as const,
      batch: 50,
      batches: 100,
    }
    emit('run/progressed', run)
    expect(queue.live).toHaveLength(1)
    expect(runShare(run)).toBeCloseTo(0.25, 12)
    expect(runShare({ ...run, phase: 'testing' })).toBeCloseTo(0.3, 12)
    emit('queue/changed', { running: 0, waiting: 0, finished: 12 })
    expect(queue.live).toHaveLength(0)
    expect(queue.status!.finished).toBe(12)
  })
})

describe('the window', () => {
  it('fetches everything again when the connection is back', async () => {
    const { asked, connect } = startStores('full')
    const app = useApp()
    const studies = useStudies()
    app.start()
    studies.start()
    connect('open')
    await settle()
    const before = asked.filter((name) => name === 'study/list').length
    connect('lost')
    expect(app.connection).toBe('lost')
    connect('open')
    await settle()
    expect(asked.filter((name) => name === 'study/list').length).toBe(before + 1)
    expect(app.info!.version).toBe('0.1.0')
  })

  it('keeps the chosen theme for the next first paint', async () => {
    startStores('full')
    const app = useApp()
    app.start()
    await settle()
    expect(app.appearance).toBe('light')
    await app.change({ theme: 'dark' })
    expect(app.appearance).toBe('dark')
    expect(localStorage.getItem('lacuna.theme')).toBe('dark')
  })

  it('lets notes leave by themselves and keeps errors', () => {
    startStores('empty')
    vi.useFakeTimers()
    const toasts = useToasts()
    toasts.show('done')
    toasts.fail(new LacunaError('disk-full', 'The disk is full.'))
    toasts.fail(new LacunaError('disk-full', 'The disk is full.'))
    vi.advanceTimersByTime(60_000)
    expect(toasts.toasts.map(({ text }) => text)).toEqual(['The disk is full.'])
  })
})

describe('long requests', () => {
  it('are followed while they run and forgotten however they end', async () => {
    const { emit } = startStores('empty')
    const tasks = useTasks()
    tasks.start()
    let seen = 0
    const work = tasks.run((task) => {
      emit('task/progressed', { task, done: 5, total: 10, what: 'rows' })
      seen = tasks.progress.get(task)!.done
      return Promise.reject(new LacunaError('cancelled', 'Cancelled.'))
    })
    await expect(work).rejects.toThrow('Cancelled.')
    expect(seen).toBe(5)
    expect(tasks.progress.size).toBe(0)
  })
})

describe('fetching', () => {
  it('keeps the last value through a failure, and the last of overlapping answers', async () => {
    const answers: ((value: number) => void)[] = []
    const load = useLoad(() => new Promise<number>((resolve) => answers.push(resolve)))
    const first = load.reload()
    const second = load.reload()
    answers[1]!(2)
    await second
    answers[0]!(1)
    await first
    expect(load.data.value).toBe(2)

    let fail = false
    const shaky = useLoad(() => (fail ? Promise.reject(new Error('no')) : Promise.resolve('value')))
    expect(shaky.loading.value).toBe(true)
    await shaky.reload()
    fail = true
    await shaky.reload()
    expect(shaky.data.value).toBe('value')
    expect(shaky.error.value).toEqual({ code: 'internal', message: 'no' })
  })

  it('answers a burst of events at once and once more after it', () => {
    vi.useFakeTimers()
    let calls = 0
    const refetch = calm(() => calls++, 1000)
    for (let i = 0; i < 20; i++) refetch()
    expect(calls).toBe(1)
    vi.advanceTimersByTime(1000)
    expect(calls).toBe(2)
    vi.advanceTimersByTime(5000)
    expect(calls).toBe(2)
  })
})
