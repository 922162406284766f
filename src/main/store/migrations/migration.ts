// What one step of the database schema is. A released step is never changed; a change of the schema is a new step.

export interface Migration {
  version: number // 1, 2, 3 ... without gaps; becomes the user_version of the database
  what: string // for the log
  sql: string // runs in one transaction together with the change of user_version
}
