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
import type { StudyPlan } from '../../shared/contract.ts'
import { toErrorReport, type ErrorReport } from '../../shared/errors.ts'
import type { Preset } from '../../shared/presets.ts'
import {
  parseStudy,
  pruningStudySchema,
  studyIdentity,
  studySchema,
  type PruningStudy,
  type StudyDefinition,
} from '../../shared/study.ts'
import { on, request } from '../api.ts'
import { useApp } from '../stores/app.ts'

const PLAN_DELAY_MS = 250

/** Every field of both kinds; a training study leaves the pruning fields out. */
export type StudyForm = Omit<PruningStudy, 'kind'> & { kind: 'training' | 'pruning' }

/** Definition of a form, which is not checked yet. */
export function toDefinition(form: StudyForm): unknown {
  const { prune, margin, kind, ...common } = form
  return JSON.parse(
    JSON.stringify(kind === 'pruning' ? { kind, ...common, prune, margin } : { kind, ...common }),
  )
}

/** A form filled from a definition; fields of the other kind get their defaults. */
export function toForm(definition: StudyDefinition): StudyForm {
  const defaults = pruningStudySchema.parse({ kind: 'pruning', dataset: definition.dataset })
  return { ...defaults, ...structuredClone(definition) }
}

/** What is wrong, by path of the field, such as `training.epochs`; an item of a list counts as the list. */
export function problemsOf(definition: unknown): Map<string, string> {
  const parsed = studySchema.safeParse(definition, { error: inWords })
  if (parsed.success) return new Map()
  return new Map(
    parsed.error.issues.map((issue) => [
      issue.path.filter((key) => typeof key !== 'number').join('.'),
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

export interface StudyFormState {
  form: StudyForm
  problems: ComputedRef<Map<string, string>>
  plan: ShallowRef<StudyPlan | undefined>
  planError: ShallowRef<ErrorReport | undefined>
  planning: Ref<boolean>
  apply: (preset: Preset) => void
}

export function useStudyForm(): StudyFormState {
  const route = useRoute()
  const router = useRouter()
  const text = (name: string) => (typeof route.query[name] === 'string' ? route.query[name] : '')
  const kind = text('kind') === 'training' ? 'training' : 'pruning'
  const start =
    fromIdentity(kind, text('dataset') || '-', text('d') || '{}') ?? parseStudy({ kind, dataset: '-' })
  const form = reactive(toForm(start))
  if (form.dataset === '-') form.dataset = ''
  const app = useApp()
  // The engine chosen in the settings is where a new definition starts; an address that holds one keeps its own.
  if (text('d') === '') {
    const take = (engine: StudyForm['engine'] = 'auto') => (form.engine = engine)
    watch(() => app.settings?.engine, take, { immediate: true })
  }

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

  // The speed of this machine has been measured: the same plan can say now how long it takes.
  onScopeDispose(on('plan/estimated', () => void update()))

  async function update(): Promise<void> {
    const wanted = definition.value
    if (problems.value.size > 0) {
      planning.value = false
      return
    }
    const checked = parseStudy(wanted)
    await router.replace({
      query: { ...route.query, kind: checked.kind, dataset: checked.dataset, d: studyIdentity(checked) },
    })
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

  function apply(preset: Preset): void {
    Object.assign(form, toForm(parseStudy({ ...preset.definition, dataset: form.dataset || '-' })), {
      dataset: form.dataset,
      engine: preset.definition.engine ?? app.settings?.engine ?? 'auto',
    })
  }

  return { form, problems, plan, planError, planning, apply }
}
