// What the interface needs from whichever way it reaches the workbench. Knows no protocol.
import type { EventName, Events, FileRef, Reply, RequestArgs, RequestName } from '../../shared/contract.ts'

/** `lost`: events may have been missed; `open` after `lost` means everything shown should be fetched again. */
export type ConnectionState = 'connecting' | 'open' | 'lost'

export type EventListener = <N extends EventName>(name: N, payload: Events[N]) => void

export interface Transport {
  request<N extends RequestName>(name: N, args: RequestArgs<N>): Promise<Reply<N>>
  stageFile(file: File): Promise<FileRef>
  onEvent(listener: EventListener): () => void
  onConnection(listener: (state: ConnectionState) => void): () => void
}
