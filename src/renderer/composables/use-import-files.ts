// From files in the hand to the import preview: stages them and puts their references into the address.
import { ref } from 'vue'
import { useRouter } from 'vue-router'
import { LacunaError } from '../../shared/errors.ts'
import { stageFile } from '../api.ts'
import { isBundle, useBundle } from './use-bundle.ts'
import { useToasts } from '../stores/toasts.ts'

/** Which of the files is the training split and which the test split, told by their names. */
export function assignSplits<F extends { name: string }>(files: readonly F[]): { train: F; test?: F } {
  const [first, second] = files
  if (first === undefined) throw new LacunaError('bad-request', 'No file was given; drop one or two files.')
  files.forEach(assertNoPage)
  if (second === undefined) return { train: first }
  if (files.length > 2) {
    const message = `${files.length} files were given; a dataset is made of one file, or of a training and a test file.`
    throw new LacunaError('bad-request', message)
  }
  return orderedSplits(first, second)
}

/** Documents a browser would open in place of the workbench: they hold no sequences, so nothing is read of them. */
function assertNoPage({ name }: { name: string }): void {
  if (!/\.(x?html?|svgz?|mht|mhtml)$/i.test(name)) return
  throw new LacunaError(
    'unsupported',
    `${name} is a web page or a drawing; a dataset is a CSV or TSV text file.`,
  )
}

function orderedSplits<F extends { name: string }>(first: F, second: F): { train: F; test: F } {
  const looksLikeTest = (file: F) => /(^|[^a-z])(test|eval|valid(ation)?|held?out)([^a-z]|$)/i.test(file.name)
  const looksLikeTrain = (file: F) => /(^|[^a-z])train(ing)?([^a-z]|$)/i.test(file.name)
  const swap =
    (looksLikeTest(first) && !looksLikeTest(second)) || (looksLikeTrain(second) && !looksLikeTrain(first))
  return swap ? { train: second, test: first } : { train: first, test: second }
}

/** Name of a dataset proposed from its file: without ending, marks of the split and separators. */
export function nameFromFile(fileName: string): string {
  const stem = fileName.replace(/\.[^.]{1,8}$/, '')
  const words = (text: string) => text.replace(/[_\-. ]+/g, ' ').trim()
  const plain = words(stem.replace(/(^|[^a-z])(train(ing)?|data)(?=[^a-z]|$)/gi, '$1'))
  return plain === '' ? words(stem) : plain
}

export function useImportFiles() {
  const router = useRouter()
  const toasts = useToasts()
  const staging = ref(false)
  const bundle = useBundle()

  /** Stage one or two files and open the preview; a zip file is the bundle of a study. */
  async function open(files: readonly File[]): Promise<void> {
    if (isBundle(files)) return bundle.open(files[0]!)
    staging.value = true
    await toasts.attempt(async () => {
      const { train, test } = assignSplits(files)
      const { fileId } = await stageFile(train)
      const second = test === undefined ? undefined : await stageFile(test)
      const query = {
        file: fileId,
        name: nameFromFile(train.name),
        ...(second === undefined ? {} : { test: second.fileId }),
      }
      await router.push({ name: 'import', query })
    })
    staging.value = false
  }

  return { open, staging }
}
