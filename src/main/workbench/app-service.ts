// What the program says about itself and its workspace: app/*, settings/*.
import { cpus } from 'node:os'
import type { AppInfo, Check, EngineStatus } from '../../shared/contract.ts'
import type { Store } from '../store/store.ts'

/** Facts about this program and machine; engines are looked for once, since loading one takes a process. */
export function appInfo(version: string, store: Store, engines: EngineStatus[]): AppInfo {
  const { node, electron } = process.versions
  return {
    version,
    node,
    ...(electron === undefined ? {} : { electron }),
    platform: `${process.platform} ${process.arch}`,
    cores: cpus().length,
    cpu: processorName(),
    engines,
    workspace: { path: store.folder, bytes: store.bytes() },
  }
}

/** Every check of the doctor: machine, engines and why not, then the workspace. */
export function doctorChecks(version: string, engines: EngineStatus[], store: Store): Check[] {
  return [...machineChecks(version, engines), ...store.check()]
}

/** What can be said without a workspace. */
export function machineChecks(version: string, engines: EngineStatus[]): Check[] {
  const processors = cpus()
  const none = engines.every((engine) => !engine.available)
  return [
    {
      name: 'program',
      ok: true,
      found: `Lacuna ${version} on Node ${process.versions.node}, ${process.platform} ${process.arch}`,
    },
    { name: 'processor', ok: true, found: `${processorName()}, ${processors.length} cores` },
    ...engines.map((engine) => engineCheck(engine)),
    {
      name: 'training',
      ok: !none,
      found: none ? 'no engine works' : 'at least one engine works',
      ...(none ? { todo: 'Set up one of the engines above; without one nothing can be trained.' } : {}),
    },
  ]
}

function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown processor'
}

function engineCheck(engine: EngineStatus): Check {
  const name = `engine ${engine.name}`
  if (!engine.available) {
    return { name, ok: false, found: engine.reason ?? 'not available' }
  }
  const parts = [engine.version, engine.instructionSet, engine.library].filter((part) => part !== undefined)
  return { name, ok: true, found: parts.join(', ') || 'available' }
}
