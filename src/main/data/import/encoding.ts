// Finds out how the bytes of a file encode text, from its first bytes. Asks instead of guessing where it is unclear.
import type { ImportOptions, ImportProblem, TextEncoding } from '../../../shared/dataset.ts'
import { LacunaError } from '../../../shared/errors.ts'
import { streamDecoder } from './decoder.ts'
import { excerpt } from './problems.ts'

/** How to decode a file; `bomBytes` are skipped first. */
export interface EncodingFound {
  encoding: TextEncoding
  bomBytes: number
  problems: ImportProblem[]
}

const MARKS: readonly { bytes: readonly number[]; encoding: TextEncoding }[] = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
]

const SHOWN: Record<TextEncoding, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little endian)',
  'utf-16be': 'UTF-16 (big endian)',
  'windows-1252': 'Windows-1252',
}

/** Name of an encoding as people know it. */
export function encodingName(encoding: TextEncoding): string {
  return SHOWN[encoding]
}

/** Shares of zero bytes at even and odd positions, and of control characters that text does not use. */
function byteShares(head: Uint8Array): { even: number; odd: number; control: number } {
  let even = 0
  let odd = 0
  let control = 0
  head.forEach((byte, at) => {
    if (byte === 0 && at % 2 === 0) even += 1
    else if (byte === 0) odd += 1
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) control += 1
  })
  const pairs = Math.max(1, head.length / 2)
  return { even: even / pairs, odd: odd / pairs, control: control / Math.max(1, head.length) }
}

function firstLine(head: Uint8Array, encoding: TextEncoding): string {
  const text = streamDecoder(encoding, 0).decode(head.subarray(0, 400))
  return excerpt(text.split(/\r\n|\r|\n/, 1)[0] ?? '')
}

/** UTF-16 text in mostly Latin letters has a zero in every second byte. */
function suspectUtf16(head: Uint8Array, likely: 'utf-16le' | 'utf-16be'): EncodingFound {
  const other = likely === 'utf-16le' ? 'utf-16be' : 'utf-16le'
  const choices = [likely, other].map((encoding) => ({
    label: `Read as ${encodingName(encoding as TextEncoding)}`,
    options: { encoding: encoding as TextEncoding },
    example: firstLine(head, encoding as TextEncoding),
  }))
  const message = 'Looks like UTF-16 without a marker. Choose the encoding.'
  return {
    encoding: likely,
    bomBytes: 0,
    problems: [{ code: 'utf-16-unmarked', severity: 'stop', message, choices }],
  }
}

/**
 * Detect the encoding. The option wins over detection; a matching byte-order mark is skipped either way.
 * @param head the first bytes of the file
 * @throws LacunaError bad-input for UTF-32 and for bytes that are no text
 */
export function detectEncoding(name: string, head: Uint8Array, options: ImportOptions): EncodingFound {
  const mark = MARKS.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte))
  if (options.encoding !== undefined) {
    const bomBytes = mark?.encoding === options.encoding ? mark.bytes.length : 0
    return { encoding: options.encoding, bomBytes, problems: [] }
  }
  if (mark?.encoding === 'utf-16le' && head[2] === 0 && head[3] === 0)
    throw new LacunaError('bad-input', `${name} is UTF-32 text, which is not read; save it as UTF-8.`)
  if (mark !== undefined) {
    const note = {
      code: 'encoding',
      severity: 'note' as const,
      message: `UTF-16 detected (${mark.encoding === 'utf-16le' ? 'little' : 'big'} endian, by its marker).`,
    }
    return {
      encoding: mark.encoding,
      bomBytes: mark.bytes.length,
      problems: mark.encoding === 'utf-8' ? [] : [note],
    }
  }
  const shares = byteShares(head.subarray(0, 4096))
  if (shares.odd > 0.4 && shares.even < 0.1) return suspectUtf16(head, 'utf-16le')
  if (shares.even > 0.4 && shares.odd < 0.1) return suspectUtf16(head, 'utf-16be')
  if (shares.control > 0.3)
    throw new LacunaError(
      'bad-input',
      `${name} holds binary data, not text; a dataset is a CSV or TSV text file.`,
    )
  return { encoding: 'utf-8', bomBytes: 0, problems: [] }
}
