// One cell of a CSV file, for everything that writes one.

/**
 * Write a cell (RFC 4180): numbers as they are; text quoted where needed, kept from being read as a formula by a leading
 * apostrophe.
 */
export function csvCell(value: string | number | null | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
