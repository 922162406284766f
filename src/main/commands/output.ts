// How commands speak: results on stdout, everything else on stderr, one sentence per failure, and the exit code.
import { CommanderError } from 'commander'
import { LacunaError } from '../../shared/errors.ts'

/** The work failed; the command line itself was understood. */
export const EXIT_FAILED = 1
/** The command line is wrong. */
export const EXIT_USAGE = 2

export function printLine(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** One JSON value on one line. */
export function printJson(value: unknown): void {
  printLine(JSON.stringify(value))
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** Wrong use that the parser of the command line cannot see. */
export function usageError(message: string): LacunaError {
  return new LacunaError('bad-request', message)
}

/**
 * Split `name=value` as typed.
 * @throws LacunaError bad-request without a name or an equals sign
 */
export function assignmentParts(assignment: string): [name: string, text: string] {
  const at = assignment.indexOf('=')
  if (at < 1) throw usageError(`'${assignment}' is not of the form path=value, such as training.epochs=5.`)
  return [assignment.slice(0, at), assignment.slice(at + 1)]
}

/**
 * Print why a command ended and tell its exit code. Expected failures are their sentence alone; a defect shows its
 * stack when LACUNA_DEBUG is set.
 */
export function reportFailure(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return EXIT_USAGE // the help was printed in place of an error
    const sentence = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
    note(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${/[.?)]$/.test(sentence) ? '' : '.'}`)
    return EXIT_USAGE
  }
  if (error instanceof LacunaError) {
    note(error.message)
    return error.code === 'bad-request' ? EXIT_USAGE : EXIT_FAILED
  }
  note(`Lacuna met a defect: ${error instanceof Error ? error.message : String(error)}`)
  if (process.env['LACUNA_DEBUG'] !== undefined && error instanceof Error) note(error.stack ?? '')
  return EXIT_FAILED
}

/** Lay out rows in columns; columns whose header starts with a space are right-aligned (numbers). */
export function table(headers: readonly string[], rows: readonly (readonly string[])[]): string {
  const right = headers.map((header) => header.startsWith(' '))
  const titles = headers.map((header) => header.trim())
  const widths = titles.map((title, c) => Math.max(title.length, ...rows.map((row) => row[c]!.length)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, c) => (right[c] === true ? cell.padStart(widths[c]!) : cell.padEnd(widths[c]!)))
      .join('  ')
      .trimEnd()
  return [line(titles), ...rows.map(line)].join('\n')
}

export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(2)} %`
}

/** A duration as people say it: 850 ms, 12.3 s, 4 min 12 s, 2 h 5 min. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
