// Everything the palette can find, and how well a text fits it.
import { computed, type ComputedRef } from 'vue'
import { useRouter, type Router } from 'vue-router'
import type { IconName } from '../components/icons.ts'
import { useApp } from '../stores/app.ts'
import { useDatasets } from '../stores/datasets.ts'
import { useStudies } from '../stores/studies.ts'

export interface Command {
  id: string
  title: string
  hint: string
  icon: IconName
  run: () => void
}

/** All commands of the moment: actions, views, studies, datasets. */
export function useCommands(): ComputedRef<Command[]> {
  const router = useRouter()
  const app = useApp()
  const datasets = useDatasets()
  const studies = useStudies()
  const go = (to: string) => () => void router.push(to)

  const fixed: Command[] = [
    { id: 'new-study', title: 'New study', hint: 'action', icon: 'plus', run: go('/studies/new') },
    {
      id: 'generate',
      title: 'Generate a dataset',
      hint: 'action',
      icon: 'dice',
      run: go('/datasets?dialog=generate'),
    },
    { id: 'import', title: 'Import a file', hint: 'action', icon: 'upload', run: go('/datasets/import') },
    { id: 'datasets', title: 'Datasets', hint: 'view', icon: 'datasets', run: go('/datasets') },
    { id: 'studies', title: 'Studies', hint: 'view', icon: 'studies', run: go('/studies') },
    { id: 'compare', title: 'Compare runs', hint: 'view', icon: 'compare', run: go('/compare') },
    { id: 'structure', title: 'Structure of a run', hint: 'view', icon: 'structure', run: go('/structure') },
    { id: 'reports', title: 'Reports', hint: 'view', icon: 'reports', run: go('/reports') },
    { id: 'settings', title: 'Settings', hint: 'view', icon: 'settings', run: go('/settings') },
    { id: 'about', title: 'About and how to cite', hint: 'view', icon: 'about', run: go('/about') },
    ...(['light', 'dark', 'system'] as const).map((theme) => ({
      id: `theme-${theme}`,
      title: `Use the ${theme} theme`,
      hint: 'action',
      icon: 'settings' as const,
      run: () => void app.change({ theme }),
    })),
  ]
  return computed(() => [
    ...fixed,
    ...runCommands(router, go),
    ...(studies.list ?? []).flatMap((study) => studyCommands(study, go)),
    ...(datasets.list ?? []).map(({ id, name }) => ({
      id: `dataset-${id}`,
      title: name,
      hint: 'dataset',
      icon: 'datasets' as const,
      run: go(`/datasets/${encodeURIComponent(id)}`),
    })),
  ])

  function studyCommands(study: NonNullable<typeof studies.list>[number], to: typeof go): Command[] {
    const path = `/studies/${encodeURIComponent(study.id)}`
    const open: Command = {
      id: `study-${study.id}`,
      title: study.name,
      hint: 'study',
      icon: 'studies',
      run: to(path),
    }
    if (study.state === 'running' || study.state === 'queued') {
      const run = () => void studies.act('pause', study)
      return [
        open,
        { id: `pause-${study.id}`, title: `Pause ${study.name}`, hint: 'action', icon: 'pause', run },
      ]
    }
    const report: Command = {
      id: `report-${study.id}`,
      title: `Report of ${study.name}`,
      hint: 'report',
      icon: 'reports',
      run: to(`/report/${encodeURIComponent(study.id)}`),
    }
    if (study.state === 'done') return [open, report]
    const run = () => void studies.act('resume', study)
    return [
      open,
      report,
      { id: `resume-${study.id}`, title: `Resume ${study.name}`, hint: 'action', icon: 'play', run },
    ]
  }
}

/** Views of the run that is looked at. */
function runCommands(router: Router, go: (to: string) => () => void): Command[] {
  const { name, params, query } = router.currentRoute.value
  const run =
    name === 'study' ? query['run'] : name === 'structure' || name === 'insight' ? params['run'] : ''
  if (typeof run !== 'string' || run === '') return []
  const path = `/structure/${encodeURIComponent(run)}`
  const pruning: Command = {
    id: 'this-pruning',
    title: 'What pruning did to this run',
    hint: 'view of the run',
    icon: 'prune',
    run: go(`${path}/pruning`),
  }
  const network: Command = {
    id: 'this-network',
    title: 'Network of this run',
    hint: 'view of the run',
    icon: 'graph',
    run: go(path),
  }
  return [...(name === 'insight' ? [] : [pruning]), ...(name === 'structure' ? [] : [network])]
}

/** Commands that hold every word of the text, those that start with it first; all of them for an empty text. */
export function findCommands<C extends { title: string; hint: string }>(
  commands: readonly C[],
  text: string,
): C[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return [...commands]
  const words = wanted.split(/\s+/)
  const rank = ({ title }: C) =>
    title.toLowerCase().startsWith(wanted) ? 0 : title.toLowerCase().includes(wanted) ? 1 : 2
  return commands
    .filter((command) =>
      words.every((word) => `${command.title} ${command.hint}`.toLowerCase().includes(word)),
    )
    .sort((a, b) => rank(a) - rank(b))
}
