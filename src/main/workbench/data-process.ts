// Entry of the data process: performs one task sent by data-task.ts and answers. Runs as a child process of Node or as
// a utility process of Electron, whichever started it.
import { readFile, stat } from 'node:fs/promises'
import { LacunaError, toErrorReport } from '../../shared/errors.ts'
import { GRAPH_LIMITS } from '../../shared/graph.ts'
import type { ImportProgress } from '../../shared/dataset.ts'
import { baselinesOf } from '../data/baselines.ts'
import { contentFromBytes, contentToBytes } from '../data/content.ts'
import { importFiles, previewFiles } from '../data/import/import-files.ts'
import { profileOf } from '../data/profile.ts'
import { generateReber } from '../data/reber.ts'
import { readGraph } from '../graph/formats/formats.ts'
import type { DataFile, DataReply, DataRequest, DataTaskKind, DataTasks } from './data-task.ts'
import { packImport } from './packed-graph.ts'

type Progress = (progress: ImportProgress) => void

const perform: {
  [K in DataTaskKind]: (input: DataTasks[K]['input'], onProgress: Progress) => Promise<DataTasks[K]['output']>
} = {
  preview: async ({ options, ...files }, onProgress) => previewFiles(files, options, { onProgress }),
  import: async ({ options, ...files }, onProgress) => {
    const { draft, content } = await importFiles(files, options, { onProgress })
    return { draft, content: contentToBytes(content) }
  },
  generate: async ({ parameters }) => {
    const { draft, content } = generateReber(parameters)
    return { draft, content: contentToBytes(content) }
  },
  graph: async ({ file, options }) => packImport(readGraph(await graphBytes(file), options)),
  describe: async (input) => {
    const content = contentFromBytes(input.content)
    return { profile: profileOf(content), baselines: baselinesOf(content) }
  },
}

/** Bytes of a graph file, unless they are more than can be read. */
async function graphBytes({ path, name }: DataFile): Promise<Uint8Array> {
  const { size } = await stat(path)
  if (size <= GRAPH_LIMITS.fileBytes) return readFile(path)
  throw new LacunaError(
    'too-large',
    `${name} has ${size.toLocaleString('en-US')} bytes; graph files up to ${GRAPH_LIMITS.fileBytes.toLocaleString('en-US')} bytes can be read. Take a part of it.`,
  )
}

async function answer(request: DataRequest, reply: (message: DataReply) => void): Promise<void> {
  const onProgress: Progress = ({ bytes, totalBytes }) =>
    reply({ type: 'progress', done: bytes, total: totalBytes, what: 'bytes' })
  try {
    const work = perform[request.kind] as (input: DataRequest, onProgress: Progress) => Promise<unknown>
    reply({ type: 'result', result: await work(request, onProgress) })
  } catch (error) {
    reply({ type: 'error', error: toErrorReport(error) })
  }
}

/** The port of an Electron utility process; absent in a plain child process. */
interface ParentPort {
  on(event: 'message', callback: (event: { data: DataRequest }) => void): void
  postMessage(message: DataReply): void
}
const { parentPort } = process as unknown as { parentPort?: ParentPort }

if (parentPort !== undefined) {
  parentPort.on('message', ({ data }) => void answer(data, (message) => parentPort.postMessage(message)))
} else {
  process.on('message', (request: DataRequest) => void answer(request, (message) => process.send!(message)))
  // Without its parent there is nobody to answer.
  process.on('disconnect', () => process.exit(0))
}
