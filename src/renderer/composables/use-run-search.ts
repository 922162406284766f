// Single runs in the palette: the runs of a few studies are fetched once something is typed, and kept until the study
// changes. Looks into at most STUDIES studies and gives at most RUNS runs, so that a large workspace stays quick.
import { computed, onScopeDispose, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { useRouter } from 'vue-router'
import type { RunSummary, StudySummary } from '../../shared/contract.ts'
import { CELL_NAMES } from '../../shared/network.ts'
import { runTitle } from '../../shared/results.ts'
import { on, request } from '../api.ts'
import { insightLink } from '../insight/place.ts'
import { useStudies } from '../stores/studies.ts'
import { calm } from './calm.ts'
import type { Command } from './use-commands.ts'

const STUDIES = 4
const RUNS = 20
const SHORTEST = 2 // characters
const PAUSE_MS = 150

export interface RunSearch {
  found: ComputedRef<Command[]>
  searching: ShallowRef<boolean>
}

/** Words of a search, small. */
function wordsOf(text: string): string[] {
  return text.toLowerCase().split(/\s+/).filter(Boolean)
}

/** Studies to look into: the open one, then those named by a word of the search, then the rest as listed. */
export function studiesToSearch(
  studies: readonly StudySummary[],
  text: string,
  openId: string | undefined,
): StudySummary[] {
  const words = wordsOf(text)
  const rank = ({ id, name }: StudySummary) =>
    id === openId ? 0 : words.some((word) => name.toLowerCase().includes(word)) ? 1 : 2
  return [...studies].sort((a, b) => rank(a) - rank(b)).slice(0, STUDIES)
}

/** Runs whose words (architecture, target, level, criterion, seed, study) hold every word of the search. */
export function matchingRuns(runs: readonly RunSummary[], study: string, text: string): RunSummary[] {
  const words = wordsOf(text)
  const name = study.toLowerCase()
  return runs.filter(({ spec, state }) => {
    const own = ` ${CELL_NAMES[spec.cell]} ${runTitle(spec)} ${state} run `.toLowerCase()
    // Numbers stand for themselves: 8 is not the beginning of 80.
    const fits = (word: string) => (/^\d/.test(word) ? own.includes(` ${word} `) : own.includes(word))
    // A word of the study's name alone would bring all of its runs.
    return words.some(fits) && words.every((word) => fits(word) || name.includes(word))
  })
}

/** Words that ask for what pruning did instead of the run itself. */
const PRUNING_WORDS = /^(prun|mask|insight)/

/** Part a search into the run that is meant and the view of it that is asked for. */
export function askedView(text: string): { text: string; pruning: boolean } {
  const words = wordsOf(text)
  const rest = words.filter((word) => !PRUNING_WORDS.test(word))
  const pruning = rest.length > 0 && rest.length < words.length
  return pruning ? { text: rest.join(' '), pruning } : { text, pruning }
}

/** Search the runs while `text` is typed. What is shown always fits the text of this moment. */
export function useRunSearch(text: Ref<string>): RunSearch {
  const router = useRouter()
  const studies = useStudies()
  const places = shallowRef<{ study: StudySummary; runs: readonly RunSummary[] }[]>([])
  const searching = shallowRef(false)
  const known = new Map<string, Promise<readonly RunSummary[]>>()
  let latest = 0

  const runsOf = (id: string) => {
    const fetched = known.get(id) ?? request('study/show', { id }).then(({ runs }) => runs)
    known.set(id, fetched)
    fetched.catch(() => known.delete(id)) // the search goes on without it; the next one asks again
    return fetched
  }
  const pruningCommand = (run: RunSummary, { name }: StudySummary): Command => ({
    id: `pruning-${run.id}`,
    title: `What pruning did: ${CELL_NAMES[run.spec.cell]}, ${runTitle(run.spec)}`,
    hint: `run of ${name}`,
    icon: 'prune',
    run: () => void router.push(insightLink(run.id)),
  })
  const command = (run: RunSummary, { id, name }: StudySummary): Command => ({
    id: `run-${run.id}`,
    title: `${CELL_NAMES[run.spec.cell]}, ${runTitle(run.spec)}`,
    hint: `run of ${name}`,
    icon: 'chart',
    run: () => void router.push({ name: 'study', params: { id }, query: { tab: 'runs', run: run.id } }),
  })

  async function fetchPlaces(): Promise<void> {
    const mine = ++latest
    searching.value = text.value.trim().length >= SHORTEST
    if (!searching.value) return
    const { name, params } = router.currentRoute.value
    const open = name === 'study' ? String(params['id']) : undefined
    const wanted = studiesToSearch(studies.list ?? [], text.value, open)
    const answers = await Promise.allSettled(wanted.map(({ id }) => runsOf(id)))
    if (mine !== latest) return
    places.value = wanted.map((study, i) => {
      const answer = answers[i]!
      return { study, runs: answer.status === 'fulfilled' ? answer.value : [] }
    })
    searching.value = false
  }

  function commandsOf(study: StudySummary, runs: readonly RunSummary[]): Command[] {
    const own = matchingRuns(runs, study.name, text.value).map((run) => command(run, study))
    const asked = askedView(text.value)
    if (!asked.pruning) return own
    const pruned = matchingRuns(runs, study.name, asked.text).filter(
      ({ spec, state }) => spec.kind === 'pruned' && state !== 'queued',
    )
    return [...pruned.map((run) => pruningCommand(run, study)), ...own]
  }

  const found = computed(() =>
    text.value.trim().length < SHORTEST
      ? []
      : places.value.flatMap(({ study, runs }) => commandsOf(study, runs)).slice(0, RUNS),
  )
  watch(
    text,
    calm(() => void fetchPlaces(), PAUSE_MS),
  )
  onScopeDispose(on('studies/changed', ({ id }) => (id === undefined ? known.clear() : known.delete(id))))
  return { found, searching }
}
