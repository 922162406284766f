// The one error class of Lacuna and the closed list of its codes. Refuses to know how an error is shown.

/** Every code an error can carry; a new failure gets a code here before it gets a message. */
export const ERROR_CODES = [
  'bad-request', // arguments that do not satisfy the contract
  'not-found', // a dataset, study, run or file that does not exist
  'conflict', // the thing exists already or is in a state that forbids the action
  'bad-input', // a file that cannot be read as what it claims to be
  'bad-weights', // a safetensors file that is malformed or does not fit the network
  'bad-network', // a network description that contradicts itself
  'shape-mismatch', // arrays whose sizes disagree
  'engine-unavailable', // an engine that is not installed or could not be loaded
  'engine-crashed', // a training process that ended by itself
  'diverged', // NaN or infinity in loss, gradient or weights
  'cancelled', // stopped on request
  'workspace-locked', // another Lacuna uses the workspace
  'workspace-damaged', // the database cannot be used
  'item-damaged', // a stored blob does not match its checksum
  'disk-full', // the volume has no room
  'too-large', // over a stated limit
  'forbidden', // refused by a security rule
  'unsupported', // known, but not offered by this build or platform
  'internal', // a defect of Lacuna itself
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** JSON form of an error, as it crosses a process or network boundary. */
export interface ErrorReport {
  code: ErrorCode
  message: string
  detail?: unknown
}

/**
 * An expected failure: `message` is one sentence for a person (what was found and where, what was expected,
 * what to do), `code` is for programs, `detail` is structured data such as the offending lines.
 */
export class LacunaError extends Error {
  readonly code: ErrorCode
  readonly detail?: unknown

  constructor(code: ErrorCode, message: string, detail?: unknown, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LacunaError'
    this.code = code
    if (detail !== undefined) this.detail = detail
  }
}

/** Turn anything thrown into its JSON form; an unexpected error becomes `internal` and keeps its message. */
export function toErrorReport(error: unknown): ErrorReport {
  if (error instanceof LacunaError) {
    const report: ErrorReport = { code: error.code, message: error.message }
    if (error.detail !== undefined) report.detail = error.detail
    return report
  }
  return { code: 'internal', message: error instanceof Error ? error.message : String(error) }
}

/** Rebuild the error a report was made from, so that callers on the other side can test its code. */
export function fromErrorReport(report: ErrorReport): LacunaError {
  return new LacunaError(report.code, report.message, report.detail)
}
