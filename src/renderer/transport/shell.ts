// The workbench behind the desktop shell: what its preload script exposes as `window.lacuna`.
import { EVENT_NAMES, type FileRef } from '../../shared/contract.ts'
import type { EventListener, Transport } from './transport.ts'

/** The named functions the preload script exposes, and nothing else. */
export interface Bridge {
  request(name: string, args: unknown): Promise<unknown>
  onEvent(listener: (name: string, payload: unknown) => void): () => void
  stageFile(file: File): Promise<FileRef>
}

declare global {
  interface Window {
    lacuna?: Bridge
  }
}

/** Wrap the bridge; the shell and the workbench are one program, so the connection is always open. */
export function shellTransport(bridge: Bridge): Transport {
  return {
    // Reactive proxies cannot be cloned between processes; plain JSON can.
    request: (name, args) => bridge.request(name, JSON.parse(JSON.stringify(args))) as Promise<never>,
    stageFile: (file) => bridge.stageFile(file),
    onEvent: (listener) => bridge.onEvent((name, payload) => forward(listener, name, payload)),
    onConnection: (listener) => {
      listener('open')
      return () => undefined
    },
  }
}

function forward(listener: EventListener, name: string, payload: unknown): void {
  const known = EVENT_NAMES.find((event) => event === name)
  if (known !== undefined) listener(known, payload as never)
}
