// Bundles of studies: told by their name, staged, imported, and opened.
import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { request, stageFile } from '../api.ts'
import { countOf } from '../format.ts'
import { useToasts } from '../stores/toasts.ts'

/** Whether files that were dropped or chosen are one bundle. */
export function isBundle(files: readonly { name: string }[]): boolean {
  return files.length === 1 && /\.zip$/i.test(files[0]!.name)
}

export function useBundle() {
  const router = useRouter()
  const toasts = useToasts()
  const importing = ref(false)

  /** Import a bundle and show its study. */
  async function open(file: File): Promise<void> {
    importing.value = true
    await toasts.attempt(async () => {
      const staged = await stageFile(file)
      try {
        const { studyId, studyName, runs } = await request('bundle/import', {
          file: staged,
          task: crypto.randomUUID(),
        })
        toasts.show(`Imported ‘${studyName}’ with ${countOf(runs, 'run')}.`)
        await router.push(`/studies/${encodeURIComponent(studyId)}`)
      } catch (error) {
        await request('file/discard', staged)
        throw error
      }
    })
    importing.value = false
  }

  return { open, importing }
}
