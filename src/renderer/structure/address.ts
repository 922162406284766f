// What the address of the structure view says, and back. Pure; anything unreadable counts as absent.
import { CONNECTION_KINDS, type ConnectionKind } from '../../shared/structure-view.ts'

/** Kinds as they stand in the address: `i2h.h2h`; `none` for an empty choice. */
export function readKinds(text: string, fallback: readonly ConnectionKind[]): ConnectionKind[] {
  if (text === '') return [...fallback]
  const parts = text.split('.')
  const kinds = CONNECTION_KINDS.filter((kind) => parts.includes(kind))
  return kinds.length === 0 && text !== 'none' ? [...fallback] : kinds
}

/** Inverse of `readKinds`; empty where it says what the fallback says. */
export function writeKinds(kinds: readonly ConnectionKind[], fallback: readonly ConnectionKind[]): string {
  if (kinds.length === fallback.length && fallback.every((kind) => kinds.includes(kind))) return ''
  return kinds.length === 0 ? 'none' : kinds.join('.')
}

/** A whole number of the address, or undefined. */
export function readWhole(text: string): number | undefined {
  return /^-?\d{1,9}$/.test(text) ? Number(text) : undefined
}

export type SequenceChoice = { split: 'train' | 'test'; index: number } | { text: string }

/** A sequence as it stands in the address: `test:12` or `text:BTXSE`. */
export function readSequence(text: string): SequenceChoice | undefined {
  const colon = text.indexOf(':')
  const [kind, rest] = [text.slice(0, colon), text.slice(colon + 1)]
  if (kind === 'text' && rest !== '') return { text: rest }
  const index = readWhole(rest)
  if ((kind === 'train' || kind === 'test') && index !== undefined && index >= 0)
    return { split: kind, index }
  return undefined
}

export function writeSequence(choice: SequenceChoice): string {
  return 'text' in choice ? `text:${choice.text}` : `${choice.split}:${choice.index}`
}

/** Weights to compare with as they stand in the address: a run, or a run at an epoch as `run@3`. */
export function readMoment(text: string): { run: string; epoch?: number } | undefined {
  if (text === '') return undefined
  const at = text.lastIndexOf('@')
  const epoch = at < 0 ? undefined : readWhole(text.slice(at + 1))
  return epoch === undefined ? { run: text } : { run: text.slice(0, at), epoch }
}
