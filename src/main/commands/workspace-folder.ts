// Where a workspace is when nobody says so, the same for the window and the command line. Creates nothing.
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

/**
 * Folder of the workspace: the one asked for, else LACUNA_WORKSPACE, else the data folder of the user.
 * @param asked as typed, relative to the current folder
 */
export function workspaceFolder(
  asked: string | undefined,
  env: Record<string, string | undefined> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const chosen = asked ?? env['LACUNA_WORKSPACE']
  if (chosen !== undefined && chosen !== '') return resolve(chosen)
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'Lacuna')
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Lacuna')
  const data = env['XDG_DATA_HOME']
  // The base directory specification: a relative value is to be ignored.
  return join(data !== undefined && isAbsolute(data) ? data : join(homedir(), '.local', 'share'), 'lacuna')
}
