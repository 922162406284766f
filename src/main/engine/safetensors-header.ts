// Strict reader of the JSON in a safetensors header: duplicate keys are refused and integers stay exact (bigint),
// neither of which JSON.parse can do. Accepts only what such a header may hold: objects, arrays, strings, integers.
import { LacunaError } from '../../shared/errors.ts'

export type HeaderValue = string | bigint | HeaderValue[] | Map<string, HeaderValue>

const MAX_DEPTH = 3 // header, tensor, shape
const MAX_INTEGER_DIGITS = 20 // 2^64 has 20

/**
 * Parse the text of a header.
 * @throws LacunaError bad-weights naming the position of what is not allowed
 */
export function parseHeader(text: string): Map<string, HeaderValue> {
  const value = new HeaderParser(text).parse()
  if (!(value instanceof Map)) throw refuse(0, 'the header is not an object')
  return value
}

function refuse(at: number, problem: string): LacunaError {
  return new LacunaError(
    'bad-weights',
    `The safetensors header is not valid at character ${at}: ${problem}; export the file again.`,
  )
}

class HeaderParser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): HeaderValue {
    const value = this.#value(0)
    this.#skipSpace()
    if (this.#at < this.#text.length) throw refuse(this.#at, 'text after the end of the object')
    return value
  }

  #skipSpace(): void {
    while (this.#at < this.#text.length && ' \t\n\r'.includes(this.#text[this.#at]!)) this.#at += 1
  }

  /** Move over `character` if it comes next. */
  #take(character: string): boolean {
    this.#skipSpace()
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #expect(character: string): void {
    if (!this.#take(character)) throw refuse(this.#at, `expected ${character}`)
  }

  #value(depth: number): HeaderValue {
    if (depth > MAX_DEPTH) throw refuse(this.#at, 'objects and arrays are nested too deep')
    this.#skipSpace()
    const next = this.#text[this.#at]
    if (next === '{') return this.#object(depth)
    if (next === '[') return this.#array(depth)
    if (next === '"') return this.#string()
    return this.#integer()
  }

  #object(depth: number): Map<string, HeaderValue> {
    const entries = new Map<string, HeaderValue>()
    this.#expect('{')
    if (this.#take('}')) return entries
    do {
      this.#skipSpace()
      const at = this.#at
      const key = this.#string()
      if (entries.has(key)) throw refuse(at, `the key ${JSON.stringify(key.slice(0, 64))} occurs twice`)
      this.#expect(':')
      entries.set(key, this.#value(depth + 1))
    } while (this.#take(','))
    this.#expect('}')
    return entries
  }

  #array(depth: number): HeaderValue[] {
    const values: HeaderValue[] = []
    this.#expect('[')
    if (this.#take(']')) return values
    do values.push(this.#value(depth + 1))
    while (this.#take(','))
    this.#expect(']')
    return values
  }

  #string(): string {
    const start = this.#at
    if (this.#text[start] !== '"') throw refuse(start, 'expected a text in double quotes')
    let end = start + 1
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1
    if (end >= this.#text.length) throw refuse(start, 'a text does not end')
    this.#at = end + 1
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string
    } catch {
      throw refuse(start, 'a text holds characters or escapes that JSON does not allow')
    }
  }

  #integer(): bigint {
    const start = this.#at
    while (this.#at < this.#text.length && /[0-9]/.test(this.#text[this.#at]!)) this.#at += 1
    const digits = this.#text.slice(start, this.#at)
    const plain =
      digits !== '' && (digits === '0' || !digits.startsWith('0')) && digits.length <= MAX_INTEGER_DIGITS
    if (!plain || '.eE'.includes(this.#text[this.#at] ?? ' ')) {
      throw refuse(start, 'expected an object, an array, a text or a whole number from 0 to 2^64')
    }
    return BigInt(digits)
  }
}
