// Numbers, lists and times as the words of a report. Pure; the zone of times is UTC, so that a report is the same
// everywhere.

/** Narrow and never broken: between groups of digits and before a unit. */
export const THIN = '\u202f'
export const MISSING = '–'

/** Write a whole number with thin spaces: 18 750. */
export function count(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, THIN)
    .replace('-', '−')
}

/** Write a count with its noun: 1 run, 4 500 runs. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Write a share (0 to 1) in per cent without the sign: 93.73. */
export function share(value: number | undefined, digits = 2): string {
  return value === undefined ? MISSING : (value * 100).toFixed(digits)
}

/** Write a share in per cent: 93.73 %. */
export function percent(value: number | undefined, digits = 2): string {
  return value === undefined ? MISSING : `${share(value, digits)}${THIN}%`
}

/** Write a level (0 to 100) without needless zeros: 80 %, 97.5 %. */
export function level(value: number): string {
  return `${Number(value.toFixed(2))}${THIN}%`
}

/** Write a number with a fixed number of digits, the minus as a minus. */
export function fixed(value: number | undefined, digits = 2): string {
  return value === undefined ? MISSING : value.toFixed(digits).replace('-', '−')
}

/** Write the interval of an estimate in per cent: 93.10 to 94.22; a dash where there is none. */
export function interval(estimate: { low?: number; high?: number } | undefined, digits = 2): string {
  if (estimate?.low === undefined || estimate.high === undefined) return MISSING
  return `${share(estimate.low, digits)} to ${share(estimate.high, digits)}`
}

/** Write a duration: 850 ms, 12.3 s, 4 min 12 s, 2 h 5 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Write a size in decimal units: 512 bytes, 41.2 kB. */
export function bytes(value: number): string {
  if (value < 1000) return counted(value, 'byte')
  if (value < 1e6) return `${(value / 1e3).toFixed(1)} kB`
  return value < 1e9 ? `${(value / 1e6).toFixed(1)} MB` : `${(value / 1e9).toFixed(2)} GB`
}

/** Keep numbers and their per cent signs on one line. */
export function tight(text: string): string {
  return text.replace(/(\d) %/g, `$1${THIN}%`)
}

/** Join words: a, b and c. */
export function join(words: readonly (string | number)[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)!}`
}

/** Write a moment in UTC: 2026-11-23 17:40 UTC. */
export function moment(iso: string | undefined): string {
  return iso === undefined ? MISSING : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}
