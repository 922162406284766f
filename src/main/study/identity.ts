// The name of a study is what it says: equal definitions have equal ids, on every machine.
import { createHash } from 'node:crypto'
import { studyIdentity, type StudyDefinition } from '../../shared/study.ts'

/** 16 hex digits: with a million studies a collision has a chance of 3e-8. */
const DIGITS = 16

/** Derive the id of a study from its definition; fields at their default do not take part. */
export function studyId(definition: StudyDefinition): string {
  return createHash('sha256').update(studyIdentity(definition)).digest('hex').slice(0, DIGITS)
}
