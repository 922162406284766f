// Numbers, times and sizes as text. Pure; every view writes them the same way.

/** Between groups of digits and before a unit: narrow and never broken. */
const THIN = '\u202f'
/** Between a number and a word. */
const SPACE = '\u00a0'
export const MISSING = '–'

/** Write a whole number with thin spaces: 18 750. */
export function formatCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, THIN)
    .replace('-', '−')
}

/** Write a count with its noun: `1 run`, `4 500 runs`. */
export function countOf(value: number, one: string, many = `${one}s`): string {
  return `${formatCount(value)}${SPACE}${value === 1 ? one : many}`
}

/** Write a share (0 to 1) in per cent: 93.73 %. */
export function formatShare(share: number | undefined, digits = 2): string {
  return share === undefined || !Number.isFinite(share) ? MISSING : `${(share * 100).toFixed(digits)}${THIN}%`
}

/** Write a level (0 to 100) in per cent without needless zeros: 80 %, 97.5 %. */
export function formatPercent(percent: number): string {
  return `${Number(percent.toFixed(2))}${THIN}%`
}

/** Write a difference of shares in percentage points, with sign: +1.20 pp. */
export function formatPoints(difference: number): string {
  const points = difference * 100
  return `${points < 0 ? '−' : '+'}${Math.abs(points).toFixed(2)}${THIN}pp`
}

/** Write an interval of shares: 93.10 – 94.22 %. */
export function formatInterval(low: number | undefined, high: number | undefined): string {
  if (low === undefined || high === undefined) return MISSING
  return `${(low * 100).toFixed(2)}${THIN}–${THIN}${(high * 100).toFixed(2)}${THIN}%`
}

/** Write what pruning left: 80 % pruned (4 500 of 22 500 kept). */
export function formatSparsity(percent: number, kept?: number, total?: number): string {
  const level = `${formatPercent(percent)} pruned`
  return kept === undefined || total === undefined
    ? level
    : `${level} (${formatCount(kept)} of ${formatCount(total)} kept)`
}

/** Write a duration: 850 ms, 12 s, 4 min 12 s, 2 h 05 min, 3 d 4 h. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms)) return MISSING
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}${SPACE}ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return ms < 9950 ? `${(ms / 1000).toFixed(1)}${SPACE}s` : `${seconds}${SPACE}s`
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(ms / 60_000)
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(ms / 3_600_000)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  const rest = small === 0 ? '' : ` ${small}${SPACE}${smallUnit}`
  return `${large}${SPACE}${largeUnit}${rest}`
}

/** Write the time that is left, coarsely enough not to flicker: less than 10 s, 40 s left, 6 min left. */
export function formatRemaining(ms: number | undefined): string {
  if (ms === undefined) return 'estimating time'
  if (ms < 10_000) return 'a few seconds left'
  if (ms <= 50_000) return `${Math.ceil(ms / 10_000) * 10}${SPACE}s left`
  if (ms < 3_600_000) return `${Math.ceil(ms / 60_000)}${SPACE}min left`
  return `${formatDuration(Math.ceil(ms / 60_000) * 60_000)} left`
}

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const

/** Write a size in decimal units: 512 bytes, 41 MB, 1.2 GB. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000
    unit++
  }
  const digits = unit === 0 || value >= 10 ? 0 : 1
  return `${value.toFixed(digits)}${SPACE}${BYTE_UNITS[unit]!}`
}

/** Write a loss with four significant digits. */
export function formatLoss(loss: number | undefined): string {
  return loss === undefined ? MISSING : Number.isFinite(loss) ? loss.toPrecision(4) : String(loss)
}

/** Write a moment in the reader's zone: 23 Nov 2026, 17:40. */
export function formatMoment(iso: string | undefined): string {
  if (iso === undefined) return MISSING
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const day = date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
  return `${day}, ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
}

/** Write how long ago a moment was: just now, 5 min ago, 3 h ago, else the day. */
export function formatAgo(iso: string, nowMs: number): string {
  const past = nowMs - new Date(iso).getTime()
  if (past < 60_000) return 'just now'
  if (past < 3_600_000) return `${Math.floor(past / 60_000)}${SPACE}min ago`
  if (past < 86_400_000) return `${Math.floor(past / 3_600_000)}${SPACE}h ago`
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
}
