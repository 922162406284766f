// Trivial baselines of a dataset, for drawing on accuracy charts.
import { shallowRef, watch, type ShallowRef } from 'vue'
import type { Baseline } from '../../shared/dataset.ts'
import { useDatasets } from '../stores/datasets.ts'

/** Baselines of the dataset; empty until they are known, and where the dataset is gone. */
export function useBaselines(dataset: () => string | undefined): ShallowRef<readonly Baseline[]> {
  const datasets = useDatasets()
  const baselines = shallowRef<readonly Baseline[]>([])
  watch(
    dataset,
    async (id) => {
      if (id === undefined) return
      try {
        baselines.value = (await datasets.detail(id)).baselines
      } catch {
        // A study outlives its dataset in the trash; its charts are then drawn without baselines.
        baselines.value = []
      }
    },
    { immediate: true },
  )
  return baselines
}
