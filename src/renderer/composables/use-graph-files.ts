// Graph files that are added to a study: staged, read by the workbench, asked about where a choice is needed, and then
// part of the definition. Holds the files that still wait for a choice.
import { markRaw, onScopeDispose, reactive } from 'vue'
import { LacunaError, toErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { GraphDescription, GraphImport, GraphImportOptions } from '../../shared/graph.ts'
import {
  STRUCTURE_LIMITS,
  type StructureFamily,
  type StructureOptions,
} from '../../shared/structure-study.ts'
import { request, stageFile } from '../api.ts'
import { formatCount } from '../format.ts'
import { nameFromFile } from './use-import-files.ts'

export interface GraphFile {
  key: number
  fileName: string
  fileId?: string
  options: GraphImportOptions
  found?: GraphImport // what the last reading gave
  error?: ErrorReport
  busy: boolean
  added?: string // name under which its graph is in the study
}
type GivenFamily = Extract<StructureFamily, { kind: 'given' }>

/** The graphs of files in a definition; undefined when there are none. */
export function givenFamily(structure: StructureOptions): GivenFamily | undefined {
  return structure.families.find((family): family is GivenFamily => family.kind === 'given')
}

/** Add a graph under a name that no other has yet; returns that name. */
export function addGraph(structure: StructureOptions, name: string, graph: GraphDescription): string {
  const family = givenFamily(structure)
  const taken = new Set(family?.graphs.map((known) => known.name))
  let free = name
  for (let i = 2; taken.has(free); i++) free = `${name} ${i}`
  const entry = { name: free, graph: markRaw(graph) } // thousands of edges that nobody edits
  if (family === undefined) structure.families.push({ kind: 'given', graphs: [entry] })
  else family.graphs.push(entry)
  return free
}

/** Take a graph out again; the family goes with its last graph. */
export function removeGraph(structure: StructureOptions, name: string): void {
  const family = givenFamily(structure)
  if (family === undefined) return
  family.graphs = family.graphs.filter((graph) => graph.name !== name)
  if (family.graphs.length === 0) structure.families = structure.families.filter((f) => f.kind !== 'given')
}

/** @throws LacunaError too-large for a graph that is not trained */
function assertTrainable(fileName: string, { nodes, edges }: GraphDescription): void {
  const { nodes: mostNodes, edges: mostEdges } = STRUCTURE_LIMITS
  if (nodes <= mostNodes && edges.length <= mostEdges) return
  throw new LacunaError(
    'too-large',
    `${fileName} has ${formatCount(nodes)} vertices and ${formatCount(edges.length)} edges; a graph that is trained has at most ${formatCount(mostNodes)} and ${formatCount(mostEdges)}. Its properties can be measured with lacuna graph properties.`,
  )
}

export function useGraphFiles(structure: () => StructureOptions) {
  const files = reactive<GraphFile[]>([])
  let next = 0

  async function add(chosen: readonly File[]): Promise<void> {
    for (const file of chosen) {
      const at = files.push({ key: next++, fileName: file.name, options: {}, busy: true }) - 1
      const entry = files[at]!
      try {
        entry.fileId = (await stageFile(file)).fileId
        await read(entry)
      } catch (thrown) {
        entry.error = toErrorReport(thrown)
      }
      entry.busy = false
    }
  }

  async function read(entry: GraphFile): Promise<void> {
    const found = await request('graph/import', { file: { fileId: entry.fileId! }, options: entry.options })
    if (!files.includes(entry)) return // taken away meanwhile
    if (found.graph !== undefined) {
      assertTrainable(entry.fileName, found.graph)
      entry.added = addGraph(structure(), nameFromFile(entry.fileName), found.graph)
    }
    entry.found = markRaw(found)
    if (found.graph !== undefined && found.problems.length === 0) remove(entry)
  }

  /** Read a file again with a choice made. */
  async function choose(entry: GraphFile, options: GraphImportOptions): Promise<void> {
    if (entry.added !== undefined) removeGraph(structure(), entry.added)
    Object.assign(entry, { options: { ...entry.options, ...options }, busy: true })
    delete entry.added
    delete entry.error
    try {
      await read(entry)
    } catch (thrown) {
      entry.error = toErrorReport(thrown)
    }
    entry.busy = false
  }

  /** Forget a file; a graph it gave stays. */
  function remove(entry: GraphFile): void {
    files.splice(files.indexOf(entry), 1)
    discard(entry)
  }

  function discard({ fileId }: GraphFile): void {
    // The workbench sweeps staged files by itself as well; a refusal changes nothing here.
    if (fileId !== undefined) void request('file/discard', { fileId }).catch(() => undefined)
  }
  onScopeDispose(() => files.forEach(discard))

  return { files, add, choose, remove }
}
