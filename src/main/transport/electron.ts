// The contract over Electron's IPC: one door for requests, one for files, one way for events. Imports Electron's
// types only; the runtime objects are passed in.
import { basename, isAbsolute } from 'node:path'
import type { IpcMain, IpcMainInvokeEvent, Session, WebContents } from 'electron'
import type { FileRef } from '../../shared/contract.ts'
import { LacunaError, type ErrorReport } from '../../shared/errors.ts'
import { CHANNELS } from './bridge.ts'
import { dispatch, reportError } from './dispatch.ts'
import type { Log, TransportHost } from './host.ts'
import { APP_HOST, isAllowedRequest, isTrustedSender } from './shell-policy.ts'
import { refusal, staticAnswer } from './static-files.ts'
import { displayName } from './upload.ts'

export interface ShellParts {
  host: TransportHost
  ipc: Pick<IpcMain, 'handle' | 'removeHandler'>
  /** The contents of our window, or undefined while there is none. */
  contents: () => WebContents | undefined
  log: Log
}

/** Serve the contract to our window; returns the function that stops it. */
export function serveShell({ host, ipc, contents, log }: ShellParts): () => void {
  const assertTrusted = (event: IpcMainInvokeEvent) => {
    if (isTrustedSender(event.senderFrame, event.sender.id, contents()?.id)) return
    throw new LacunaError('forbidden', 'A request that did not come from the window of Lacuna was refused.')
  }
  ipc.handle(CHANNELS.request, (event, message: unknown) => {
    assertTrusted(event)
    const { name, args } = fields(message)
    return dispatch(host.handlers, name, args, log)
  })
  ipc.handle(CHANNELS.stageFile, (event, message: unknown) => {
    assertTrusted(event)
    return stage(host, fields(message)['path'], log)
  })
  const unsubscribe = host.subscribe((name, payload) => {
    const target = contents()
    if (target !== undefined && !target.isDestroyed()) target.send(CHANNELS.event, name, payload)
  })
  return () => {
    unsubscribe()
    ipc.removeHandler(CHANNELS.request)
    ipc.removeHandler(CHANNELS.stageFile)
  }
}

function fields(message: unknown): Record<string, unknown> {
  return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : {}
}

type StageReply = { ok: true; result: FileRef } | { ok: false; error: ErrorReport }

function stage(host: TransportHost, path: unknown, log: Log): StageReply {
  try {
    if (typeof path !== 'string' || !isAbsolute(path) || path.includes('\0')) {
      throw new LacunaError('bad-request', 'A file has to be named by its full path.')
    }
    return { ok: true, result: host.stageFile(path, { owned: false, name: displayName(basename(path)) }) }
  } catch (error) {
    return { ok: false, error: reportError(error, 'stage-file', log) }
  }
}

/** Answer one request of the app:// protocol with a file of the interface. */
export async function appResponse(
  rendererFolder: string,
  request: { url: string; method: string },
): Promise<Response> {
  const [, host, path] = /^app:\/\/([^/?#]*)([^?#]*)/.exec(request.url) ?? []
  const allowed = host === APP_HOST && request.method === 'GET'
  const { status, headers, body } = allowed
    ? await staticAnswer(rendererFolder, path === '' ? '/' : path!)
    : refusal(403, 'Not allowed.')
  return new Response(new Uint8Array(body), { status, headers })
}

type Lockable = Pick<
  Session,
  | 'setPermissionRequestHandler'
  | 'setPermissionCheckHandler'
  | 'setDevicePermissionHandler'
  | 'setSpellCheckerEnabled'
> & { webRequest: Pick<Session['webRequest'], 'onBeforeRequest'> }

/** Deny every permission and every request that would leave the program. */
export function lockSession(session: Lockable): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
  session.setDevicePermissionHandler(() => false)
  session.setSpellCheckerEnabled(false)
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isAllowedRequest(details.url) }))
}
