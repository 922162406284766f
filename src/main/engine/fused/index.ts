// The fused engine as the rest of Lacuna sees it.
export { FUSED_VERSION, createFusedEngine, skipLimits } from './engine.ts'
export type { FusedOptions } from './engine.ts'
export { findAddon } from './load.ts'
