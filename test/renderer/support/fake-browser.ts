// The few things of a browser that stores touch, and a transport to a fake workbench, for tests that draw nothing.
import { createPinia, setActivePinia } from 'pinia'
import { useTransport } from '../../../src/renderer/api.ts'
import type { ConnectionState, EventListener, Transport } from '../../../src/renderer/transport/transport.ts'
import type { RequestName } from '../../../src/shared/contract.ts'
import { toErrorReport } from '../../../src/shared/errors.ts'
import { FakeWorkbench, type Scenario } from '../fake-workbench.ts'

/** A workbench in a state, connected to fresh stores. `connect` plays the connection; `asked` lists the requests. */
export function startStores(scenario: Scenario) {
  const stored = new Map<string, string>()
  Object.assign(globalThis, {
    window: { matchMedia: () => ({ matches: false, addEventListener: () => undefined }) },
    localStorage: {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (k: string, v: string) => stored.set(k, v),
    },
  })
  setActivePinia(createPinia())
  const fake = new FakeWorkbench(scenario)
  const asked: RequestName[] = []
  const states = new Set<(state: ConnectionState) => void>()
  const events = new Set<EventListener>()
  fake.subscribe((name, payload) => events.forEach((listener) => listener(name, payload)))
  const transport: Transport = {
    request: async (name, args) => {
      asked.push(name)
      try {
        return { ok: true, result: await fake.handlers[name](args as never) } as never
      } catch (error) {
        return { ok: false, error: toErrorReport(error) }
      }
    },
    stageFile: (file) => Promise.resolve(fake.stageFile(file.name)),
    onEvent: (listener) => {
      events.add(listener)
      return () => events.delete(listener)
    },
    onConnection: (listener) => {
      states.add(listener)
      return () => states.delete(listener)
    },
  }
  useTransport(transport)
  const emit: EventListener = (name, payload) => events.forEach((listener) => listener(name, payload))
  return {
    fake,
    asked,
    emit,
    connect: (state: ConnectionState) => states.forEach((listener) => listener(state)),
  }
}

/** Let promises that are under way settle. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
}
