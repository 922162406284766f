// Turns bytes into text piece by piece and remembers the exact line and byte of everything that is not valid. Never
// puts a replacement character where a byte was wrong.
import { isUtf8 } from 'node:buffer'
import type { TextEncoding } from '../../../shared/dataset.ts'
import { Places } from './problems.ts'

const LF = 10
const CR = 13

/** Decodes one file; call `decode` for every chunk in order, then `end`. `invalid` lists lines with wrong bytes. */
export interface StreamDecoder {
  decode(chunk: Uint8Array): string
  end(): string
  readonly invalid: Places
  readonly firstWrongByte?: number // value of the first byte that is not UTF-8
}

/** Length of the UTF-8 sequence at `at` (1-4), or 0 when it is not valid (RFC 3629, table 3-7 of the Unicode standard). */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!
  if (lead < 0x80) return 1
  const length =
    lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0
  if (length === 0 || at + length > bytes.length) return 0
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
  if (bytes[at + 1]! < low || bytes[at + 1]! > high) return 0
  for (let k = 2; k < length; k++) if ((bytes[at + k]! & 0xc0) !== 0x80) return 0
  return length
}

/** Index of the first byte that starts no valid UTF-8 sequence, or -1. */
export function firstInvalidByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes, at)
    if (length === 0) return at
    at += length
  }
  return -1
}

/** Number of bytes at the end that begin a UTF-8 sequence without finishing it (0-3). */
function unfinishedTail(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!
    if ((byte & 0xc0) === 0x80) continue
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needed > back ? back : 0
  }
  return 0
}

/** Follows line numbers through bytes: any of LF, CR, CRLF ends a line. */
class LineCounter {
  line = 1
  lineStart = 0 // offset in the file of the first byte of `line`
  #afterCr = false

  /** Take `bytes`, which begin at `offset` in the file. */
  advance(bytes: Uint8Array, offset: number): void {
    let afterCr = this.#afterCr
    for (let k = 0; k < bytes.length; k++) {
      const byte = bytes[k]!
      if (byte === LF || byte === CR) {
        if (byte === CR || !afterCr) this.line += 1
        this.lineStart = offset + k + 1
      }
      afterCr = byte === CR
    }
    this.#afterCr = afterCr
  }
}

class Utf8Decoder implements StreamDecoder {
  readonly invalid = new Places()
  firstWrongByte?: number
  readonly #latin = new TextDecoder('windows-1252')
  readonly #lines = new LineCounter()
  #tail = Buffer.alloc(0)
  #offset: number
  #lastInvalidLine = 0

  constructor(skippedBytes: number) {
    this.#offset = skippedBytes
  }

  decode(chunk: Uint8Array): string {
    const all = Buffer.concat([this.#tail, chunk])
    const cut = all.length - unfinishedTail(all)
    this.#tail = Buffer.from(all.subarray(cut))
    return this.#convert(all.subarray(0, cut))
  }

  end(): string {
    return this.#convert(this.#tail)
  }

  #convert(bytes: Buffer): string {
    if (isUtf8(bytes)) {
      this.#lines.advance(bytes, this.#offset)
      this.#offset += bytes.length
      return bytes.toString('utf8')
    }
    return this.#convertByLines(bytes)
  }

  /** Decode valid lines as UTF-8 and the others as Windows-1252, noting where each of those goes wrong. */
  #convertByLines(bytes: Buffer): string {
    let text = ''
    for (let start = 0; start < bytes.length;) {
      const { line, lineStart } = this.#lines
      let end = start
      while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end += 1
      const piece = bytes.subarray(start, end + 1) // with the line end, when it is in this chunk
      const wrong = isUtf8(piece) ? -1 : firstInvalidByte(piece)
      if (wrong >= 0) this.#note(line, this.#offset + wrong - lineStart + 1, piece[wrong]!, piece)
      text += wrong >= 0 ? this.#latin.decode(piece) : piece.toString('utf8')
      this.#lines.advance(piece, this.#offset)
      this.#offset += piece.length
      start += piece.length
    }
    return text
  }

  #note(line: number, byte: number, value: number, piece: Buffer): void {
    if (line === this.#lastInvalidLine) return
    this.#lastInvalidLine = line
    this.firstWrongByte ??= value
    this.invalid.add({ line, byte, raw: this.#latin.decode(piece).replace(/[\r\n]+$/, '') })
  }
}

class Utf16Decoder implements StreamDecoder {
  readonly invalid = new Places()
  readonly #bigEndian: boolean
  #tail = Buffer.alloc(0)
  #line = 1

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian
  }

  decode(chunk: Uint8Array): string {
    const all = Buffer.concat([this.#tail, chunk])
    let cut = all.length - (all.length % 2)
    const last = cut >= 2 ? (this.#bigEndian ? all.readUInt16BE(cut - 2) : all.readUInt16LE(cut - 2)) : 0
    if (last >= 0xd800 && last <= 0xdbff) cut -= 2 // its second half is in the next chunk
    this.#tail = Buffer.from(all.subarray(cut))
    return this.#convert(all.subarray(0, cut))
  }

  end(): string {
    const whole = this.#tail.subarray(0, this.#tail.length - (this.#tail.length % 2))
    const text = this.#convert(Buffer.from(whole))
    if (this.#tail.length % 2 === 1)
      this.invalid.add({ line: this.#line, raw: 'half a character at the end' })
    return text
  }

  #convert(bytes: Buffer): string {
    const text = (this.#bigEndian ? bytes.swap16() : bytes).toString('utf16le')
    const pieces = text.split('\n')
    pieces.forEach((piece, k) => {
      if (!piece.isWellFormed()) this.invalid.add({ line: this.#line + k, raw: piece.toWellFormed() })
    })
    this.#line += pieces.length - 1
    return text
  }
}

class SingleByteDecoder implements StreamDecoder {
  readonly invalid = new Places()
  readonly #decoder = new TextDecoder('windows-1252')

  decode(chunk: Uint8Array): string {
    return this.#decoder.decode(chunk)
  }

  end(): string {
    return ''
  }
}

/**
 * Make the decoder of an encoding.
 * @param skippedBytes length of the byte-order mark, which is not handed to the decoder
 */
export function streamDecoder(encoding: TextEncoding, skippedBytes: number): StreamDecoder {
  if (encoding === 'utf-8') return new Utf8Decoder(skippedBytes)
  if (encoding === 'windows-1252') return new SingleByteDecoder()
  return new Utf16Decoder(encoding === 'utf-16be')
}
