// What a transport needs from the application behind it; the workbench satisfies it. Holds no behaviour.
import type { Emit, FileRef, Handlers } from '../../shared/contract.ts'

export interface TransportHost {
  readonly handlers: Handlers
  /** Where uploads are written before they are staged; on the workspace's volume. */
  readonly incomingFolder: string
  /** Call `emit` for every event until the returned function is called. */
  subscribe(emit: Emit): () => void
  /** Name a file for later requests. `owned`: the workbench deletes it when it is no longer needed. */
  stageFile(path: string, options: { owned: boolean; name: string }): FileRef
  close(): Promise<void>
}

/** Where transports report what people are not shown. Never given a token, a cookie or file content. */
export type Log = (level: 'info' | 'warn' | 'error', message: string, error?: unknown) => void
