// Reads numbers as people write them, without rounding: a number stays a text in canonical form.
const POINT = /^[+-]?(?:\d{1,3}(?:[,'\u00a0\u202f ]\d{3})+|\d+)?(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const COMMA = /^[+-]?(?:\d{1,3}(?:[.'\u00a0\u202f ]\d{3})+|\d+)?(?:,\d+)?(?:[eE][+-]?\d+)?$/

/** Ways a cell can be read as a number: 0 none, 1 with decimal point, 2 with decimal comma, 3 both. */
export type NumberReading = 0 | 1 | 2 | 3

/** Tell how a cell can be read as a number; white space around it does not matter. */
export function numberReading(cell: string): NumberReading {
  const text = cell.trim()
  if (text.length === 0 || text.length > 400 || !/\d/.test(text)) return 0
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
