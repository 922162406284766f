// Start of a drawing thread: reads the weights it is given, draws or exports them, and answers.
import { parentPort } from 'node:worker_threads'
import { toErrorReport } from '../../shared/errors.ts'
import type { GraphSample } from '../../shared/contract.ts'
import { layeringOf } from '../graph/layering.ts'
import { sampleGraph } from '../graph/sample.ts'
import { exportLiveGraph } from '../graph/view-export.ts'
import { measureForView } from '../graph/view-measures.ts'
import { drawNetwork } from '../graph/view.ts'
import { weightInsight } from '../prune/insight.ts'
import type { DrawJob, DrawResult, FromDraw, ToDraw } from './inspect-thread.ts'
import { outcomeTable } from './insight-outcomes.ts'
import { readMoment } from './inspect-weights.ts'

const port = parentPort!

function sample({ structure, family, index }: DrawJob & { task: 'sample' }): GraphSample {
  const { name, graph } = sampleGraph(structure, { family, index })
  const { properties } = measureForView(graph, graph.nodes)
  return { name, graph, layers: layeringOf(graph).layers, properties }
}

function perform(job: DrawJob): DrawResult {
  if (job.task === 'sample') return sample(job)
  if (job.task === 'outcomes') return outcomeTable(job)
  const weights = readMoment(job.moment)
  if (job.task === 'insight') return weightInsight(weights, job.targets)
  if (job.task === 'export') return exportLiveGraph(weights, job.format, job.options)
  const against = job.against === undefined ? undefined : readMoment(job.against)
  return drawNetwork(weights, { ...job.options, against })
}

function answer({ id, job }: ToDraw): FromDraw {
  try {
    return { id, result: perform(job) }
  } catch (error) {
    return { id, error: toErrorReport(error) }
  }
}

port.on('message', (message: ToDraw) => port.postMessage(answer(message)))
