// Loads engines by name. Only training threads and the command line's own evaluation call this: native code never gets
// into the process of the window.
import type { EngineStatus } from '../../shared/contract.ts'
import { LacunaError } from '../../shared/errors.ts'
import type { Engine } from '../engine/engine.ts'
import type { JobEngine } from './messages.ts'

// Imported when asked for: each brings native libraries along.
const LOADERS = {
  fused: async () => (await import('../engine/fused/index.ts')).createFusedEngine(),
  tensorflow: async () => (await import('../engine/tfjs/engine.ts')).loadTensorflowEngine(),
  oracle: async () => (await import('../engine/oracle/oracle.ts')).oracleEngine,
} satisfies Record<Exclude<JobEngine, 'auto'>, () => Promise<Engine>>

/** Engines that are offered, the faster one first. */
const OFFERED = ['fused', 'tensorflow'] as const

const loaded = new Map<JobEngine, Promise<Engine>>()

/**
 * Load an engine; `auto` takes the fastest that works here. Loading again returns the same engine.
 * @throws LacunaError engine-unavailable with the reason of each engine that was tried
 */
export function loadEngine(choice: JobEngine): Promise<Engine> {
  let engine = loaded.get(choice)
  if (engine === undefined) {
    engine = choice === 'auto' ? loadFastest() : LOADERS[choice]()
    loaded.set(choice, engine)
  }
  return engine
}

async function loadFastest(): Promise<Engine> {
  const reasons: string[] = []
  for (const name of OFFERED) {
    try {
      return await loadEngine(name)
    } catch (error) {
      reasons.push(`${name}: ${reasonOf(error)}`)
    }
  }
  throw new LacunaError(
    'engine-unavailable',
    `No engine works on this machine. ${reasons.join(' ')}`,
    reasons,
  )
}

/** Try every engine that is offered, here and now. */
export function tryEngines(): Promise<EngineStatus[]> {
  return Promise.all(
    OFFERED.map(async (name): Promise<EngineStatus> => {
      try {
        const { version, instructionSet, library } = (await loadEngine(name)).info
        return {
          name,
          available: true,
          version,
          ...(instructionSet === undefined ? {} : { instructionSet }),
          ...(library === undefined ? {} : { library }),
        }
      } catch (error) {
        return { name, available: false, reason: reasonOf(error) }
      }
    }),
  )
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
