// Names the machine that times are measured on.
import { cpus } from 'node:os'

/** The processor and how many of its cores the system shows; workspaces may be copied to another machine. */
export function machineName(): string {
  const processors = cpus()
  return `${processors[0]?.model.trim() ?? 'unknown'} x ${processors.length}`
}
