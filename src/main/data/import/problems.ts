// Collects what is wrong with a file, by line, with the ways out. Decides nothing about when to stop.
import { LacunaError } from '../../../shared/errors.ts'
import type { ImportPlace, ImportProblem } from '../../../shared/dataset.ts'

const MAX_PLACES = 20
const MAX_RAW = 200

/** Cut a raw text so that a report stays small. */
export function excerpt(text: string): string {
  return text.length <= MAX_RAW ? text : `${text.slice(0, MAX_RAW)}…`
}

/** Numbers as people read them: 40,000. */
export function count(n: number): string {
  return n.toLocaleString('en-US')
}

/** `1 row`, `2 rows`. */
export function plural(n: number, noun: string, nouns = `${noun}s`): string {
  return `${count(n)} ${n === 1 ? noun : nouns}`
}

/** Counts places in a file and keeps the first 20. */
export class Places {
  readonly list: ImportPlace[] = []
  count = 0

  add(place: ImportPlace): void {
    this.count += 1
    if (this.list.length >= MAX_PLACES) return
    this.list.push(place.raw === undefined ? place : { ...place, raw: excerpt(place.raw) })
  }

  /** `lines 3, 7 and 12`, naming at most five and saying how many more there are. */
  describe(): string {
    const named = this.list.slice(0, 5).map((place) => count(place.line))
    const more = this.count - named.length
    if (more > 0) return `lines ${named.join(', ')} and ${count(more)} more`
    if (named.length === 1) return `line ${named[0]}`
    return `lines ${named.slice(0, -1).join(', ')} and ${named.at(-1)}`
  }
}

/** Make a problem that happens at several places; `line` and `column` are those of the first. */
export function problemAt(problem: ImportProblem, places: Places): ImportProblem {
  const first = places.list[0]
  return {
    ...problem,
    count: places.count,
    places: places.list,
    ...(first === undefined ? {} : { line: first.line }),
    ...(first?.column === undefined ? {} : { column: first.column }),
  }
}

const ORDER = { stop: 0, warning: 1, note: 2 } as const

/** Order problems by severity, keeping the order of finding within one severity. */
export function sortProblems(problems: readonly ImportProblem[]): ImportProblem[] {
  return [...problems].sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
}

/** The error an import with stops ends in: the first stop's sentence, all problems as detail. */
export function stopError(problems: readonly ImportProblem[]): LacunaError {
  const stops = problems.filter((problem) => problem.severity === 'stop')
  const first = stops[0]
  const more =
    stops.length > 1 ? ` ${plural(stops.length - 1, 'more problem was', 'more problems were')} found.` : ''
  return new LacunaError(
    'bad-input',
    `${first?.message ?? 'The file cannot be imported.'}${more} Nothing was imported.`,
    {
      problems,
    },
  )
}
