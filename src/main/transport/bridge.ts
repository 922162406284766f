// What the preload script exposes to the page, made from the few Electron functions it needs. Named functions only:
// the page can choose no channel and hand over no path.
import type { FileRef, Reply, RequestName } from '../../shared/contract.ts'

/** The channels between page and main process; there are no others. */
export const CHANNELS = {
  request: 'lacuna:request',
  stageFile: 'lacuna:stage-file',
  event: 'lacuna:event',
} as const

export interface Bridge {
  request(name: string, args: unknown): Promise<Reply<RequestName>>
  onEvent(listener: (name: string, payload: unknown) => void): () => void
  stageFile(file: File): Promise<FileRef>
}

type EventListener = (event: unknown, name: string, payload: unknown) => void

export interface BridgeParts {
  invoke(channel: string, message: unknown): Promise<unknown>
  on(channel: string, listener: EventListener): unknown
  off(channel: string, listener: EventListener): unknown
  getPathForFile(file: File): string
}

type StageReply = { ok: true; result: FileRef } | { ok: false; error: { message: string } }

export function createBridge({ invoke, on, off, getPathForFile }: BridgeParts): Bridge {
  return {
    request: (name, args) => invoke(CHANNELS.request, { name, args }) as Promise<Reply<RequestName>>,
    onEvent: (listener) => {
      const forward: EventListener = (_event, name, payload) => listener(name, payload)
      on(CHANNELS.event, forward)
      return () => void off(CHANNELS.event, forward)
    },
    stageFile: async (file) => {
      // Only a File that a person dropped or picked has a path; one made by a script has none.
      const path = getPathForFile(file)
      if (path === '') throw new Error('This file is not on the disk; save it first and drop it again.')
      const reply = (await invoke(CHANNELS.stageFile, { path })) as StageReply
      if (!reply.ok) throw new Error(reply.error.message)
      return reply.result
    },
  }
}
