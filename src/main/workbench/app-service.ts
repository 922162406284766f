// What the program says about itself and its workspace: app/*, settings/*.
import { cpus } from 'node:os'
import type { AppInfo, Check, EngineStatus } from '../../shared/contract.ts'
import type { Store } from '../store/store.ts'

/** Facts about this program and machine; engines are looked for once, since loading one takes a process. */
export function appInfo(version: string, store: Store, engines: EngineStatus[]): AppInfo {
  const processors = cpus()
  const { node, electron } = process.versions
  return {
    version,
    node,
    ...(electron === undefined ? {} : { electron }),
    platform: `${process.platform} ${process.arch}`,
    cores: processors.length,
    cpu: processors[0]?.model.trim() ?? 'unknown processor',
    engines,
    workspace: { path: store.folder, bytes: store.bytes() },
  }
}

/** Every check of `lacuna doctor`: engines and why not, then the workspace. */
export function doctorChecks(info: AppInfo, store: Store): Check[] {
  const engines = info.engines.map((engine) => engineCheck(engine))
  const none = info.engines.every((engine) => !engine.available)
  return [
    { name: 'program', ok: true, found: `Lacuna ${info.version} on Node ${info.node}, ${info.platform}` },
    { name: 'processor', ok: true, found: `${info.cpu}, ${info.cores} cores` },
    ...engines,
    {
      name: 'training',
      ok: !none,
      found: none ? 'no engine works' : 'at least one engine works',
      ...(none ? { todo: 'Set up one of the engines above; without one nothing can be trained.' } : {}),
    },
    ...store.check(),
  ]
}

function engineCheck(engine: EngineStatus): Check {
  const name = `engine ${engine.name}`
  if (!engine.available) {
    return { name, ok: false, found: engine.reason ?? 'not available' }
  }
  const parts = [engine.version, engine.instructionSet, engine.library].filter((part) => part !== undefined)
  return { name, ok: true, found: parts.join(', ') || 'available' }
}
