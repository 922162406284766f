// Choices of the import preview that have names of their own.

/** Stands for null in a select, which cannot hold null as a value. */
export const NONE = '\u0000none'

export const DELIMITERS = [
  { label: 'comma', value: ',' },
  { label: 'semicolon', value: ';' },
  { label: 'tab', value: '\t' },
  { label: 'space', value: ' ' },
  { label: 'vertical bar', value: '|' },
  { label: 'nothing: one column', value: NONE },
]
