// A report while it is looked at: which sections, the preview, and the files made from it. The sections left out are in
// the address.
import { computed, onScopeDispose, ref, watch } from 'vue'
import { REPORT_SECTIONS, type ReportFormat, type ReportSection } from '../../shared/report.ts'
import { on, request } from '../api.ts'
import { useApp } from '../stores/app.ts'
import { useToasts } from '../stores/toasts.ts'
import { calm } from './calm.ts'
import { saveBlob } from './save-file.ts'
import { useLoad } from './use-load.ts'
import { useQuery } from './use-query.ts'

/** A study under way changes often; its report is written anew at most this often. */
const RELOAD_MS = 3000

export function useReport(id: () => string) {
  const app = useApp()
  const toasts = useToasts()
  const without = useQuery('without', '')
  const sections = computed<ReportSection[]>({
    get: () => {
      const left = new Set(without.value.split(','))
      return REPORT_SECTIONS.filter((section) => !left.has(section))
    },
    set: (chosen) => {
      without.value = REPORT_SECTIONS.filter((section) => !chosen.includes(section)).join(',')
    },
  })
  const preview = useLoad(() => request('report/preview', { id: id(), sections: sections.value }))
  const reload = calm(() => void preview.reload(), RELOAD_MS)
  const end = on('studies/changed', (event) => {
    if (event.id === undefined || event.id === id()) reload()
  })
  onScopeDispose(end)
  watch([id, without, () => app.generation], () => void preview.reload(), { immediate: true })

  const making = ref<ReportFormat>()

  /** Write the report in a format and hand it over for saving. */
  async function make(format: ReportFormat): Promise<void> {
    making.value = format
    await toasts.attempt(async () => {
      const task = crypto.randomUUID()
      const { fileName, type, base64 } = await request('report/make', {
        id: id(),
        format,
        sections: sections.value,
        task,
      })
      saveBlob(fileName, new Blob([bytesOf(base64)], { type }))
    })
    making.value = undefined
  }

  return { sections, preview, making, make }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
