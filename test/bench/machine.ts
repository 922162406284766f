// What every measurement is printed with: processor, versions and the settings of the engine.
import { cpus, loadavg } from 'node:os'
import { createFusedEngine, FUSED_VERSION, skipLimits } from '../../src/main/engine/fused/engine.ts'

/** One line: a figure without it cannot be compared. */
export function machineLine(): string {
  const { instructionSet } = createFusedEngine().info
  const { small, large } = skipLimits(instructionSet!)
  const limits = `skips below ${small.toFixed(2)} (small) and ${large.toFixed(2)} (large matrices)`
  const busy = `load ${loadavg()[0]!.toFixed(1)}`
  const processor = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${busy}`
  return `${processor}; node ${process.version}; fused ${FUSED_VERSION} on ${instructionSet}, ${limits}`
}

/** Milliseconds of computing this process has used, all threads. */
export function computedMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
