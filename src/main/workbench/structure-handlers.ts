// Everything behind structure/* and graph/*: the inside of trained networks, and graphs from files and generators.
import type { Handlers } from '../../shared/contract.ts'
import type { Inspector } from '../study/inspect.ts'
import { runDataTask, type SpawnData } from './data-task.ts'
import type { FileRegistry } from './files.ts'
import { unpackImport } from './packed-graph.ts'
import type { Tasks } from './tasks.ts'

type StructureHandlers = Pick<Handlers, Extract<keyof Handlers, `structure/${string}` | `graph/${string}`>>

interface Context {
  inspector: Inspector
  files: FileRegistry
  tasks: Tasks
  spawn: SpawnData
}

/** Longest time a graph file may take to be read; 20 million edges take a quarter of it. */
const GRAPH_LIMIT_MS = 3 * 60_000

/** Build the handlers of the structure area. */
export function structureHandlers({ inspector, files, tasks, spawn }: Context): StructureHandlers {
  return {
    'structure/show': (args) => inspector.show(args),
    'structure/trace': (args) => inspector.trace(args),
    'structure/export': (args) => inspector.export(args),
    'structure/replay': ({ run, task }) => tasks.run(task, (watch) => inspector.replay(run, watch)),
    'graph/import': async ({ file, options }) => {
      const { path, name } = await files.resolve(file)
      const input = { file: { path, name }, options }
      return unpackImport(await runDataTask(spawn, 'graph', input, { limitMs: GRAPH_LIMIT_MS }))
    },
    'graph/sample': ({ structure, family, index }) => inspector.sample(structure, family, index),
  }
}
