// Every step of the schema in order. To add one: a new numbered file, and its line here.
import { first } from './0001-first.ts'
import type { Migration } from './migration.ts'

export const MIGRATIONS: readonly Migration[] = [first]

export type { Migration }
