// Parses JSON of unknown origin: refuses what is nested too deeply and keys that could reach an object's prototype.
import { LacunaError } from '../../../shared/errors.ts'

const MAX_DEPTH = 64
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

function lineAt(text: string, index: number): number {
  let line = 1
  for (let i = 0; i < index; i++) if (text.charCodeAt(i) === 10) line++
  return line
}

/** Walk over the text once; brackets inside strings do not count. */
function assertShallow(text: string): void {
  let depth = 0
  let inString = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inString) {
      if (code === 92) i++
      else if (code === 34) inString = false
    } else if (code === 34) inString = true
    else if (code === 91 || code === 123) depth++
    else if (code === 93 || code === 125) depth--
    if (depth > MAX_DEPTH) {
      throw new LacunaError(
        'bad-input',
        `The JSON is nested deeper than ${MAX_DEPTH} levels at line ${lineAt(text, i)}; graph files need less than 10.`,
      )
    }
  }
}

function assertSafeKeys(value: unknown): void {
  if (value === null || typeof value !== 'object') return
  if (Array.isArray(value)) return value.forEach(assertSafeKeys)
  for (const [key, inner] of Object.entries(value)) {
    if (FORBIDDEN.has(key)) {
      throw new LacunaError('bad-input', `The key '${key}' is not allowed in a JSON file; rename it.`)
    }
    assertSafeKeys(inner)
  }
}

/**
 * Parse JSON.
 * @throws LacunaError bad-input for text that is not JSON, nesting over 64 levels, and the keys `__proto__`,
 *   `constructor` and `prototype`
 */
export function parseJson(text: string): unknown {
  assertShallow(text)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new LacunaError(
      'bad-input',
      `The file is not JSON: ${reason}; check how it was saved.`,
      undefined,
      {
        cause: error,
      },
    )
  }
  assertSafeKeys(value)
  return value
}
