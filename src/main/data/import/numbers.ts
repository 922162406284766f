// Reads numbers as people write them, without rounding: a number stays a text in canonical form.
const POINT = /^[+-]?(?=[.]?\d)(?:\d{1,3}(?:[,'\u00a0\u202f ]\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const COMMA = /^[+-]?(?=,?\d)(?:\d{1,3}(?:[.'\u00a0\u202f ]\d{3})+|\d+)?(?:,\d+)?(?:[eE][+-]?\d+)?$/

/** Ways a cell can be read as a number: 0 none, 1 with decimal point, 2 with decimal comma, 3 both. */
export type NumberReading = 0 | 1 | 2 | 3

/** Readings of digits with at most one point among them, the most frequent form; undefined for any other. */
function plainReading(cell: string): NumberReading | undefined {
  const length = cell.length
  let point = -1
  for (let at = cell.charCodeAt(0) === 45 ? 1 : 0; at < length; at++) {
    const code = cell.charCodeAt(at)
    if (code === 46 && point < 0) point = at
    else if (code < 48 || code > 57) return undefined
  }
  if (point < 0) return length > 0 && cell !== '-' ? 3 : undefined
  const decimals = length - point - 1
  return decimals === 0 || decimals === 3 || point === 0 ? undefined : 1 // three may be thousands
}

/** Tell how a cell can be read as a number; white space around it does not matter. */
export function numberReading(cell: string): NumberReading {
  if (cell.length > 400) return 0
  const plain = plainReading(cell)
  if (plain !== undefined) return plain
  const text = cell.trim()
  if (!/\d/.test(text)) return 0
  const readings = (POINT.test(text) ? 1 : 0) + (COMMA.test(text) ? 2 : 0)
  return readings as NumberReading
}

/** Whether a cell means different numbers with decimal point and with decimal comma, as `1.234` does. */
export function isAmbiguous(cell: string): boolean {
  return numberReading(cell) === 3 && canonicalNumber(cell, '.') !== canonicalNumber(cell, ',')
}

/**
 * Write a number with a decimal point and without grouping, every digit kept.
 * @param cell a text for which `numberReading` allows `decimal`
 */
export function canonicalNumber(cell: string, decimal: '.' | ','): string {
  const grouping = decimal === '.' ? /[,'\u00a0\u202f ]/g : /[.'\u00a0\u202f ]/g
  return cell.trim().replace(grouping, '').replace(',', '.')
}
