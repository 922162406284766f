// Where everything lies in a workspace folder. Knows names only; reads and writes nothing.
import { join } from 'node:path'

export interface WorkspacePaths {
  folder: string
  database: string
  lock: string // an empty SQLite database whose file lock is the lock of the folder
  owner: string // who holds the lock, for the message of those who wait
  backups: string
  temp: string // emptied at every start
}

export function workspacePaths(folder: string): WorkspacePaths {
  return {
    folder,
    database: join(folder, 'lacuna.db'),
    lock: join(folder, 'lock.db'),
    owner: join(folder, 'lock.json'),
    backups: join(folder, 'backups'),
    temp: join(folder, 'temp'),
  }
}

/** Write an instant so that it can be part of a file name on every system and sorts by time: 20261123-174100-123. */
export function fileStamp(instant: Date): string {
  return instant.toISOString().replaceAll(/[-:Z]/g, '').replaceAll(/[T.]/g, '-')
}
