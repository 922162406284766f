/** What a list of problems shows of each, whatever kind of file it was found in. */
export interface ShownProblem {
  severity: 'stop' | 'warning' | 'note'
  message: string
  choices?: { label: string; options: object; example?: string | undefined }[] | undefined
}

/** The options that solve a problem. */
export type OptionsOf<P extends ShownProblem> = NonNullable<P['choices']>[number]['options']
