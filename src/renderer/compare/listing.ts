// The list of all runs, searched and filtered: thousands at a keystroke. Pure.
import {
  NO_ANNOTATION,
  passes,
  type Annotation,
  type CompareList,
  type Filters,
  type RunLine,
  type Settings,
  type StudyLine,
} from '../../shared/compare.ts'

/** A row of the list: a study or a run, with what it is searched by. */
export type ListRow = (
  { what: 'study'; line: StudyLine; study: StudyLine } | { what: 'run'; line: RunLine; study: StudyLine }
) & { id: string; title: string; annotation: Annotation; words: string; settings: Settings }

export interface ListFilter {
  text: string
  favourites: boolean
  tag: string // '' for all
  filters: Filters
}

/** Prepare rows once for each list; filtering then touches no more than it must. */
export function rowsOf(list: CompareList, what: 'study' | 'run'): ListRow[] {
  const studies = new Map(list.studies.map((study) => [study.id, study]))
  if (what === 'study') {
    return list.studies.map((study) => ({
      what,
      line: study,
      study,
      id: study.id,
      title: study.name,
      annotation: study.annotation ?? NO_ANNOTATION,
      words: wordsOf(study.name, `${study.datasetName} ${study.kind}`, study.annotation),
      settings: { ...study.settings, kind: study.kind },
    }))
  }
  return list.runs.flatMap((run): ListRow[] => {
    const study = studies.get(run.study)
    if (study === undefined) return []
    return [
      {
        what,
        line: run,
        study,
        id: run.id,
        title: run.title,
        annotation: run.annotation ?? NO_ANNOTATION,
        words: wordsOf(run.title, `${study.name} ${run.state}`, run.annotation),
        settings: run.settings,
      },
    ]
  })
}

function wordsOf(title: string, more: string, annotation: Annotation | undefined): string {
  const { note, tags } = annotation ?? NO_ANNOTATION
  return ` ${title} ${more} ${tags.join(' ')} ${note} `.toLowerCase().replaceAll(',', ' ')
}

/** Rows that hold every word (numbers whole: 8 is not the beginning of 80) and pass the filters. */
export function filterRows(
  rows: readonly ListRow[],
  { text, favourites, tag, filters }: ListFilter,
): ListRow[] {
  const words = text
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => (/^\d+$/.test(word) ? ` ${word} ` : word))
  return rows.filter(
    ({ words: own, annotation, study, settings }) =>
      (!favourites || annotation.favourite || (study.annotation?.favourite ?? false)) &&
      (tag === '' || annotation.tags.includes(tag) || (study.annotation?.tags.includes(tag) ?? false)) &&
      words.every((word) => own.includes(word)) &&
      passes(settings, filters),
  )
}

/** All tags in use, by letter. */
export function tagsOf({ studies, runs }: CompareList): string[] {
  const tags = [...studies, ...runs].flatMap(({ annotation }) => annotation?.tags ?? [])
  return [...new Set(tags)].sort((a, b) => a.localeCompare(b))
}
