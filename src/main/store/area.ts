// What every area of the store shares: the connection, the clock, and writes whose failures are named.
import type { Connection } from './database.ts'
import { guardWrite } from './failures.ts'

export interface StoreContext {
  database: Connection
  databasePath: string
  now: () => Date
}

/** The present instant as stored text: ISO 8601, UTC. */
export function timestamp({ now }: StoreContext): string {
  return now().toISOString()
}

/**
 * Run `work` as one transaction (or as part of the one under way): all of it is on the disk when this returns, or
 * nothing. `bytes`: size of what is written, for the message when there is no room.
 * @throws LacunaError disk-full, workspace-damaged
 */
export function inTransaction<T>(context: StoreContext, work: () => T, bytes = 0): T {
  return guardWrite(context.databasePath, bytes, () => context.database.transaction(work).immediate())
}
