// The one door from the interface to the workbench: typed requests, events and files. Chooses the transport once.
import type { Client, EventName, Events, FileRef } from '../shared/contract.ts'
import { fromErrorReport } from '../shared/errors.ts'
import { httpTransport } from './transport/http.ts'
import { shellTransport } from './transport/shell.ts'
import type { ConnectionState, Transport } from './transport/transport.ts'

let chosen: Transport | undefined

function transport(): Transport {
  chosen ??= window.lacuna === undefined ? httpTransport() : shellTransport(window.lacuna)
  return chosen
}

/** Use another transport from now on; for tests. */
export function useTransport(replacement: Transport | undefined): void {
  chosen = replacement
}

/**
 * Ask the workbench.
 * @throws LacunaError with the code and message the workbench gave, or `internal` when it does not answer
 */
export const request: Client = async (name, args) => {
  const reply = await transport().request(name, args)
  if (!reply.ok) throw fromErrorReport(reply.error)
  return reply.result
}

/** Listen to one kind of event; returns the function that ends it. */
export function on<N extends EventName>(name: N, callback: (payload: Events[N]) => void): () => void {
  return transport().onEvent((event, payload) => {
    if (event === (name as EventName)) callback(payload as never)
  })
}

/** Hand a file to the workbench for reading. */
export function stageFile(file: File): Promise<FileRef> {
  return transport().stageFile(file)
}

/** Follow the state of the connection. */
export function onConnection(callback: (state: ConnectionState) => void): () => void {
  return transport().onConnection(callback)
}
