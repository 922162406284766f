// Recognises files that are not delimited text by their first bytes. Refuses to read them.
import { LacunaError } from '../../../shared/errors.ts'

interface Signature {
  bytes: string // as Latin-1 text
  at?: number
  what: string
  advice: string
}

const AS_CSV = 'export it as CSV and import that'
const UNPACK = 'unpack it and import the CSV inside'
const NOT_TEXT = 'a dataset is a CSV or TSV text file'

const SIGNATURES: readonly Signature[] = [
  { bytes: '\x89PNG\r\n\x1a\n', what: 'a PNG image', advice: NOT_TEXT },
  { bytes: '\xff\xd8\xff', what: 'a JPEG image', advice: NOT_TEXT },
  { bytes: 'GIF8', what: 'a GIF image', advice: NOT_TEXT },
  { bytes: 'WEBP', at: 8, what: 'a WebP image', advice: NOT_TEXT },
  { bytes: '%PDF-', what: 'a PDF document', advice: NOT_TEXT },
  { bytes: '{\\rtf', what: 'an RTF document', advice: NOT_TEXT },
  { bytes: '\x1f\x8b', what: 'a gzip archive', advice: UNPACK },
  { bytes: 'BZh', what: 'a bzip2 archive', advice: UNPACK },
  { bytes: '\xfd7zXZ\x00', what: 'an xz archive', advice: UNPACK },
  { bytes: '\x28\xb5\x2f\xfd', what: 'a Zstandard archive', advice: UNPACK },
  { bytes: '7z\xbc\xaf\x27\x1c', what: 'a 7-Zip archive', advice: UNPACK },
  { bytes: 'Rar!\x1a\x07', what: 'a RAR archive', advice: UNPACK },
  { bytes: 'ustar', at: 257, what: 'a tar archive', advice: UNPACK },
  { bytes: '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', what: 'an old Excel or Office file', advice: AS_CSV },
  { bytes: 'PAR1', what: 'a Parquet file', advice: `Parquet is not read yet, ${AS_CSV}` },
  { bytes: 'ARROW1', what: 'an Arrow file', advice: AS_CSV },
  { bytes: '\x89HDF\r\n\x1a\n', what: 'an HDF5 file', advice: AS_CSV },
  { bytes: '\x93NUMPY', what: 'a NumPy array', advice: AS_CSV },
  { bytes: 'SQLite format 3\x00', what: 'an SQLite database', advice: AS_CSV },
  { bytes: '\x7fELF', what: 'a program', advice: NOT_TEXT },
  { bytes: 'MZ\x90\x00', what: 'a program', advice: NOT_TEXT },
]

/** Tell the kinds of ZIP file apart by the names of their first entries. */
function describeZip(head: string): { what: string; advice: string } {
  if (head.includes('xl/') || (head.includes('[Content_Types].xml') && !head.includes('word/')))
    return { what: 'an Excel workbook', advice: AS_CSV }
  if (head.includes('opendocument.spreadsheet'))
    return { what: 'an OpenDocument spreadsheet', advice: AS_CSV }
  if (head.includes('word/')) return { what: 'a Word document', advice: NOT_TEXT }
  return { what: 'a ZIP archive', advice: UNPACK }
}

function describeText(name: string, head: string): { what: string; advice: string } | undefined {
  const start = head.replace(/^\xef\xbb\xbf/, '').trimStart()
  if (/^(<!doctype html|<html)/i.test(start)) return { what: 'a web page', advice: NOT_TEXT }
  if (/^(<\?xml|<svg|<graphml)/i.test(start)) return { what: 'an XML file', advice: NOT_TEXT }
  if (/\.(jsonl|ndjson|json)$/i.test(name) || /^\{\s*"[^"\n]*"\s*:/.test(start) || /^\[\s*\{\s*"/.test(start))
    return { what: 'a JSON file', advice: `JSON is not read yet, ${AS_CSV}` }
  if (/^@(problemname|data|relation|univariate)\b/im.test(start))
    return { what: 'a time-series file (.ts)', advice: `this format is not read yet, ${AS_CSV}` }
  return undefined
}

/**
 * Refuse a file whose first bytes show that it is not delimited text.
 * @param head the first bytes of the file, at least 512 where it has them
 * @throws LacunaError bad-input naming what the file is and what to do; unsupported for formats of a later release
 */
export function assertDelimitedText(name: string, head: Uint8Array): void {
  const text = Buffer.from(head.subarray(0, 4096)).toString('latin1')
  const signature = SIGNATURES.find(({ bytes, at = 0 }) => text.startsWith(bytes, at))
  const found = signature ?? (text.startsWith('PK\x03\x04') ? describeZip(text) : describeText(name, text))
  if (found === undefined) return
  const code = found.advice.includes('not read yet') ? 'unsupported' : 'bad-input'
  throw new LacunaError(code, `${name}: this is ${found.what}; ${found.advice}.`)
}
