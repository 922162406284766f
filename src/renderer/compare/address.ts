// The state of the compare view as texts of the address, and back. Pure. Anything in an address that means nothing is
// dropped: links outlive what they name.
import { SETTINGS, type Filters, type Setting } from '../../shared/compare.ts'

/** Several texts as one; commas and colons inside them survive. */
export function writeList(values: readonly string[]): string {
  return values.map(encodeURIComponent).join(',')
}

export function readList(text: string): string[] {
  return text.split(',').filter(Boolean).flatMap(decode)
}

/** Text that was cut or typed by hand may not decode. */
function decode(text: string): string[] {
  try {
    return [decodeURIComponent(text)]
  } catch {
    return []
  }
}

function isSetting(text: string | undefined): text is Setting {
  return SETTINGS.some((setting) => setting === text)
}

export function readSettings(text: string): Setting[] {
  return [...new Set(readList(text).filter(isSetting))]
}

/** 'cell:gru,lstm;target:both' */
export function writeFilters(filters: Filters): string {
  return SETTINGS.flatMap((setting) => {
    const values = filters[setting] ?? []
    return values.length === 0 ? [] : [`${setting}:${writeList(values)}`]
  }).join(';')
}

export function readFilters(text: string): Filters {
  const filters: Filters = {}
  for (const part of text.split(';')) {
    const [setting, values = ''] = part.split(':', 2)
    const list = readList(values)
    if (isSetting(setting) && list.length > 0) filters[setting] = list
  }
  return filters
}

/** 'criterion:random': the setting that is contrasted, and the value the others are held against. */
export function writeContrast({ setting, against }: { setting: Setting; against: string }): string {
  return `${setting}:${encodeURIComponent(against)}`
}

export function readContrast(text: string): { setting: Setting; against: string } | undefined {
  const [setting, value = ''] = text.split(':', 2)
  const [against] = decode(value)
  return isSetting(setting) && against !== undefined ? { setting, against } : undefined
}
