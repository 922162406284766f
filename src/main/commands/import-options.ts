// The options of an import as typed after --set, and problems of a file as text whose commands can be pasted into a
// shell: what is printed as a way out is read back as the same options.
import type { ImportProblem } from '../../shared/dataset.ts'
import { importOptionsSchema, type ImportOptions } from '../../shared/dataset.ts'
import { assignmentParts, usageError } from './output.ts'

type OptionName = keyof ImportOptions

/** Values no shell passes on unharmed, by name. */
const WORDS: Partial<Record<OptionName, Record<string, string | null>>> = {
  delimiter: { comma: ',', semicolon: ';', tab: '\t', '\\t': '\t', bar: '|', space: ' ', none: null },
  decimal: { comma: ',', point: '.' },
}

/**
 * Options of an import from `option=value` assignments, added to those given by their own flags.
 * @throws LacunaError bad-request naming the option that does not exist or the value it cannot take
 */
export function importOptions(given: ImportOptions, assignments: readonly string[]): ImportOptions {
  const options: Record<string, unknown> = { ...given }
  for (const assignment of assignments) {
    const [name, text] = assignmentParts(assignment)
    if (!Object.hasOwn(importOptionsSchema.shape, name)) {
      const known = Object.keys(importOptionsSchema.shape).join(', ')
      throw usageError(`An import has no option '${name}'; it has ${known}.`)
    }
    options[name] = optionValue(name as OptionName, text)
  }
  return importOptionsSchema.parse(options)
}

function optionValue(name: OptionName, text: string): unknown {
  const words = WORDS[name]
  if (words !== undefined && Object.hasOwn(words, text)) return words[text]
  const schema = importOptionsSchema.shape[name]
  const readings = [...asJson(text), text, text.split(',').map((part) => part.trim())]
  const fitting = readings.find((reading) => schema.safeParse(reading).success)
  if (fitting !== undefined) return fitting
  const issues = schema.safeParse(readings[0]).error!.issues.map(({ message }) => message)
  throw usageError(`The option ${name} of the import cannot be '${text}': ${issues.join('; ')}.`)
}

/** The value a text is the JSON of, if it is. */
function asJson(text: string): unknown[] {
  try {
    return [JSON.parse(text)]
  } catch {
    return [] // most values are words
  }
}

/** A problem with the ways out of it, each as what to add to the command. */
export function problemText({ severity, message, choices = [] }: ImportProblem): string {
  const ways = choices.map(({ label, options }) => {
    const flags = Object.entries(options).map(
      ([name, value]) => `--set ${assigned(name as OptionName, value)}`,
    )
    return `\n    ${label}: ${flags.join(' ')}`
  })
  return `${severity}: ${message}${ways.join('')}`
}

/** `name=value` as a shell passes it on: cmd.exe, PowerShell and sh all know double quotes. */
function assigned(name: OptionName, value: unknown): string {
  const word = Object.entries(WORDS[name] ?? {}).find(([, meant]) => meant === value)?.[0]
  const text = word ?? (typeof value === 'string' ? value : JSON.stringify(value))
  if (/^[\w.-]+$/.test(text)) return `${name}=${text}`
  return `"${name}=${text.replace(/["\\$`]/g, '\\$&')}"`
}
