// The definition being written for a new study: starts from the address or a preset, is checked on every change, asks
// the workbench for the plan, and keeps itself in the address.
import {
  computed,
  onScopeDispose,
  reactive,
  ref,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
  type ShallowRef,
} from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { z } from 'zod'
import type { StudyPlan, StudySummary } from '../../shared/contract.ts'
import { toErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { Preset } from '../../shared/presets.ts'
import {
  parseStudy,
  pruningStudySchema,
  structureStudySchema,
  studyIdentity,
  studySchema,
  type PruningStudy,
  type StructureStudy,
  type StudyDefinition,
} from '../../shared/study.ts'
import { on, request } from '../api.ts'
import { useApp } from '../stores/app.ts'
import { useQueue } from '../stores/queue.ts'

const PLAN_DELAY_MS = 250

/** Longest definition that is kept in the address, in characters: graphs of files can be far longer. */
const LONGEST_ADDRESS = 6_000

const STUDY_KINDS = ['training', 'pruning', 'structure'] as const
export type StudyKind = (typeof STUDY_KINDS)[number]

/** Every field of all kinds; a definition leaves out those of the others. */
export type StudyForm = Omit<PruningStudy, 'kind'> & Pick<StructureStudy, 'structure'> & { kind: StudyKind }

/** Definition of a form, which is not checked yet. */
export function toDefinition(form: StudyForm): unknown {
  const { kind, prune, margin, structure, model, ...common } = form
  const own = {
    training: { model },
    pruning: { model, prune, margin },
    structure: { model: { embedding: model.embedding }, structure },
  }[kind]
  return JSON.parse(JSON.stringify({ kind, ...common, ...own }))
}

/** A form filled from a definition; fields of the other kinds get their defaults. */
export function toForm(definition: StudyDefinition): StudyForm {
  const { dataset } = definition
  const { structure } = structureStudySchema.parse({ kind: 'structure', dataset })
  const defaults = { ...pruningStudySchema.parse({ kind: 'pruning', dataset }), structure }
  return {
    ...defaults,
    ...structuredClone(definition),
    model: { ...defaults.model, ...definition.model },
  }
}

/** Give training fields that still have the defaults of kind `from` those of the form's kind. */
export function takeDefaults(form: StudyForm, from: StudyKind): void {
  const defaults = (kind: StudyKind) => parseStudy({ kind, dataset: '-' }).training
  const [old, now] = [defaults(from), defaults(form.kind)]
  for (const key of ['epochs', 'batchSize'] as const) {
    if (form.training[key] === old[key]) form.training[key] = now[key]
  }
}

/**
 * What is wrong, by path of the field, such as `training.epochs`. An item of a list counts as the list; families are
 * told apart, as in `structure.families.1.count`.
 */
export function problemsOf(definition: unknown): Map<string, string> {
  const parsed = studySchema.safeParse(definition, { error: inWords })
  if (parsed.success) return new Map()
  return new Map(
    parsed.error.issues.map((issue) => [
      issue.path.filter((key, i) => typeof key !== 'number' || issue.path[i - 1] === 'families').join('.'),
      issue.message,
    ]),
  )
}

/** Range and type errors for a person; other messages of the schema are written for one already. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'too_big') return `at most ${String(issue.maximum)}`
  if (issue.code === 'too_small' && issue.origin !== 'array') {
    return `${issue.inclusive === false ? 'more than' : 'at least'} ${String(issue.minimum)}`
  }
  return issue.code === 'invalid_type'
    ? `a ${issue.expected === 'int' ? 'whole number' : issue.expected} is needed`
    : undefined
}

/** Read the part of a definition that differs from the defaults, as it stands in the address. */
export function fromIdentity(kind: string, dataset: string, identity: string): StudyDefinition | undefined {
  try {
    const given = JSON.parse(identity) as unknown
    return typeof given === 'object' && given !== null ? parseStudy({ ...given, kind, dataset }) : undefined
  } catch {
    return undefined // an address that was cut or edited counts as one without a definition
  }
}

/** The address of a form that starts from a study: its definition where that is short enough, else its id. */
export function formQuery({ id, definition }: StudySummary): Record<string, string> {
  const d = studyIdentity(definition)
  const start = d.length <= LONGEST_ADDRESS ? { d } : { from: id }
  return { dataset: definition.dataset, kind: definition.kind, ...start }
}

export interface StudyFormState {
  form: StudyForm
  problems: ComputedRef<Map<string, string>>
  plan: ShallowRef<StudyPlan | undefined>
  planError: ShallowRef<ErrorReport | undefined>
  planning: Ref<boolean>
  apply: (preset: Preset) => void
  /** Change the kind; training fields nobody touched follow it. */
  choose: (kind: StudyKind) => void
}

export function useStudyForm(): StudyFormState {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string) => (typeof route.query[name] === 'string' ? route.query[name] : '')
  const kind = STUDY_KINDS.find((known) => known === text('kind')) ?? 'pruning'
  const start =
    fromIdentity(kind, text('dataset') || '-', text('d') || '{}') ?? parseStudy({ kind, dataset: '-' })
  const form = reactive(toForm(start))
  if (form.dataset === '-') form.dataset = ''
  const app = useApp()
  const queue = useQueue()
  // The engine chosen in the settings is where a new definition starts; an address that holds one keeps its own.
  if (text('d') === '') {
    const take = (engine: StudyForm['engine'] = 'auto') => (form.engine = engine)
    watch(() => app.settings?.engine, take, { immediate: true })
  }

  // A definition too long for the address comes from the study that has it.
  if (text('from') !== '') void copyFrom(text('from'))

  const definition = computed(() => toDefinition(form))
  const problems = computed(() => problemsOf(definition.value))
  const plan = shallowRef<StudyPlan>()
  const planError = shallowRef<ErrorReport>()
  const planning = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(
    definition,
    () => {
      clearTimeout(timer)
      planning.value = true
      timer = setTimeout(() => void update(), PLAN_DELAY_MS)
    },
    { immediate: true },
  )

  // The speed of this machine has been measured, or could not be: the same plan can say more about its time now.
  onScopeDispose(on('plan/estimated', () => void update()))
  // It is not measured while runs compute, so it is asked for again once none does.
  watch(
    () => queue.status,
    (status) => {
      if (status?.running === 0 && plan.value?.unmeasured === 'busy') void update()
    },
  )

  // A plan that comes while the next view is still loading must not write the address: that would call the way there off.
  let leaving: string | undefined
  onScopeDispose(
    router.beforeEach((to, from) => {
      leaving = to.path === from.path ? undefined : to.fullPath
    }),
  )
  onScopeDispose(router.afterEach((to, _from, failure) => failure && stay(to.fullPath)))
  onScopeDispose(router.onError((_error, to) => stay(to.fullPath)))

  /** The way to `address` failed: what was put off meanwhile is asked now. */
  function stay(address: string): void {
    if (leaving !== address) return
    leaving = undefined
    void update()
  }

  async function update(): Promise<void> {
    const wanted = definition.value
    if (leaving !== undefined) return
    if (problems.value.size > 0) {
      planning.value = false
      return
    }
    await keepInAddress(parseStudy(wanted))
    try {
      const found = await request('study/plan', { definition: wanted })
      if (wanted !== definition.value) return
      plan.value = found
      planError.value = undefined
    } catch (error) {
      if (wanted === definition.value) planError.value = toErrorReport(error)
    }
    planning.value = false
  }

  async function keepInAddress(checked: StudyDefinition): Promise<void> {
    const { d: _old, from, ...query } = route.query
    const d = studyIdentity(checked)
    const rest = d.length <= LONGEST_ADDRESS ? { d } : from === undefined ? {} : { from }
    await router.replace({ query: { ...query, kind: checked.kind, dataset: checked.dataset, ...rest } })
  }

  async function copyFrom(id: string): Promise<void> {
    try {
      const { summary } = await request('study/show', { id })
      Object.assign(form, toForm(summary.definition))
    } catch (error) {
      planError.value = toErrorReport(error)
    }
  }

  function apply(preset: Preset): void {
    Object.assign(form, toForm(parseStudy({ ...preset.definition, dataset: form.dataset || '-' })), {
      dataset: form.dataset,
      engine: preset.definition.engine ?? app.settings?.engine ?? 'auto',
    })
  }

  function choose(kind: StudyKind): void {
    const before = form.kind
    form.kind = kind
    takeDefaults(form, before)
  }

  return { form, problems, plan, planError, planning, apply, choose }
}
