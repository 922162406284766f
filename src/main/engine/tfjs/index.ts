// The tensorflow engine as the rest of Lacuna sees it.
export { loadTensorflowEngine } from './engine.ts'
export { TENSORFLOW_ENVIRONMENT } from './environment.ts'
export { probeTensorflow } from './probe.ts'
export type { TensorflowReport } from './probe.ts'
