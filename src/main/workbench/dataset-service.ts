// Everything behind dataset/*: import, generation, browsing and the trash. Reading and describing run in a data process.
import type { Emit, Handlers } from '../../shared/contract.ts'
import { reberParametersSchema, type Dataset, type DatasetDraft } from '../../shared/dataset.ts'
import { contentFromBytes, sequencePage } from '../data/content.ts'
import type { Store } from '../store/store.ts'
import { runDataTask, type DataFile, type SpawnData } from './data-task.ts'
import type { FileRegistry } from './files.ts'
import type { TaskContext, Tasks } from './tasks.ts'

type DatasetHandlers = Pick<Handlers, Extract<keyof Handlers, `dataset/${string}` | `file/${string}`>>

interface Context {
  store: Store
  files: FileRegistry
  tasks: Tasks
  spawn: SpawnData
  emit: Emit
}

/** Build the handlers of the dataset area. */
export function datasetHandlers(context: Context): DatasetHandlers {
  const { store, files, tasks, emit } = context
  const changed = (id: string) => emit('datasets/changed', { id })
  const keep = (made: { draft: DatasetDraft; content: Uint8Array }, name: string): Dataset => {
    const dataset = store.datasets.add(made.draft, made.content, name)
    changed(dataset.id)
    return dataset
  }
  return {
    'file/discard': async (ref) => {
      files.discard(ref)
      return null
    },
    'dataset/preview': async ({ file, test, options, task }) => {
      const input = { ...(await dataFiles(files, file, test)), options }
      return tasks.run(task, (t) => runDataTask(context.spawn, 'preview', input, t))
    },
    'dataset/import': async ({ file, test, options, task, name }) => {
      const input = { ...(await dataFiles(files, file, test)), options }
      const dataset = keep(await tasks.run(task, (t) => runDataTask(context.spawn, 'import', input, t)), name)
      // Only a finished import lets go of the files: after a failure they can be tried again with other options.
      files.discard(file)
      if (test !== undefined) files.discard(test)
      return dataset
    },
    'dataset/generate': async ({ name, generate, task }) => {
      const parameters = reberParametersSchema.parse(generate)
      return keep(
        await tasks.run(task, (t) => runDataTask(context.spawn, 'generate', { parameters }, t)),
        name,
      )
    },
    'dataset/list': async () => store.datasets.list(),
    'dataset/show': async ({ id }) => ({ dataset: store.datasets.get(id), ...(await describe(context, id)) }),
    'dataset/sequences': async (args) =>
      sequencePage(contentFromBytes(store.datasets.content(args.id)), args),
    'dataset/rename': async ({ id, name }) => {
      const dataset = store.datasets.rename(id, name)
      changed(id)
      return dataset
    },
    'dataset/delete': async ({ id }) => {
      store.datasets.remove(id)
      changed(id)
      return null
    },
    'dataset/restore': async ({ id }) => {
      const dataset = store.datasets.restore(id)
      changed(id)
      return dataset
    },
  }
}

async function dataFiles(
  files: FileRegistry,
  file: { fileId: string },
  test: { fileId: string } | undefined,
): Promise<{ train: DataFile; test?: DataFile }> {
  const train = await files.resolve(file)
  if (test === undefined) return { train: { path: train.path, name: train.name } }
  const second = await files.resolve(test)
  return { train: { path: train.path, name: train.name }, test: { path: second.path, name: second.name } }
}

/** Profile and baselines are computed once and remembered: they follow from the content alone. */
async function describe({ store, spawn }: Context, id: string, task?: TaskContext) {
  const profile = store.datasets.profile(id)
  const baselines = store.datasets.baselines(id)
  if (profile !== undefined && baselines !== undefined) return { profile, baselines }
  const made = await runDataTask(spawn, 'describe', { content: store.datasets.content(id) }, task)
  store.datasets.remember(id, made)
  return made
}
