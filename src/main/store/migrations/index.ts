// Every step of the schema in order. To add one: a new numbered file, and its line here.
import { first } from './0001-first.ts'
import { calibrations } from './0002-calibrations.ts'
import { annotations } from './0003-annotations.ts'
import { structures } from './0004-structures.ts'
import { costs } from './0005-costs.ts'
import type { Migration } from './migration.ts'

export const MIGRATIONS: readonly Migration[] = [first, calibrations, annotations, structures, costs]

export type { Migration }
