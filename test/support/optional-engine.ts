import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Engine } from '../../src/main/engine/engine.ts'
import { LacunaError } from '../../src/shared/errors.ts'

/** Load an engine that may not be built or installed here: the engine, or why there is none. `loader` may be async. */
export async function optionalEngine(module: string, loader: string): Promise<Engine | string> {
  const file = path.resolve(import.meta.dirname, '../../src/main/engine', module)
  if (!existsSync(file)) return `${module} is not part of this tree`
  const exported = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Record<
    string,
    () => Engine | Promise<Engine>
  >
  try {
    return await exported[loader]!()
  } catch (error) {
    if (error instanceof LacunaError && error.code === 'engine-unavailable') return error.message
    throw error
  }
}
