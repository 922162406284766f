// A workbench small enough to see through: three requests that answer, the rest refuse; events on demand.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LacunaError } from '../../src/shared/errors.ts'
import { requests, type Emit, type FileRef, type Handlers } from '../../src/shared/contract.ts'
import type { TransportHost } from '../../src/main/transport/host.ts'

export interface FakeHost extends TransportHost {
  readonly folder: string
  readonly staged: { path: string; owned: boolean; name: string }[]
  readonly listeners: Set<Emit>
  readonly emit: Emit
}

export function fakeHost(): FakeHost {
  const folder = mkdtempSync(join(tmpdir(), 'lacuna-transport-'))
  const incomingFolder = join(folder, 'incoming')
  mkdirSync(incomingFolder)
  const staged: FakeHost['staged'] = []
  const listeners = new Set<Emit>()
  const refuse = () => Promise.reject(new LacunaError('not-found', 'There is no such thing.'))
  const handlers = {
    ...Object.fromEntries(Object.keys(requests).map((name) => [name, refuse])),
    'settings/get': () => Promise.resolve({ theme: 'dark', jobs: 2, engine: 'auto' }),
    'task/cancel': () => Promise.reject(new Error('secret detail at /home/someone')),
  } as unknown as Handlers
  return {
    folder,
    staged,
    listeners,
    handlers,
    incomingFolder,
    emit: (name, payload) => listeners.forEach((listener) => listener(name, payload)),
    subscribe: (emit) => {
      listeners.add(emit)
      return () => listeners.delete(emit)
    },
    stageFile: (path, options): FileRef => {
      staged.push({ path, ...options })
      return { fileId: staged.length.toString(16).padStart(32, '0') }
    },
    close: () => {
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}
