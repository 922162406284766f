// Makes any text literal in LaTeX: no command, no comment, no ligature. What the fonts of pdfLaTeX lack is written as its
// number, so that a report always compiles.

const COMMANDS: Record<string, string> = {
  '\\': '\\textbackslash{}',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '%': '\\%',
  _: '\\_',
  '^': '\\textasciicircum{}',
  '~': '\\textasciitilde{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': '\\textquotedbl{}',
  "'": '\\textquotesingle{}',
  '`': '\\textasciigrave{}',
  '-': '-{}', // two of them would become a dash
  ',': ',{}', // two of them would become a quotation mark
  '!': '!{}',
  '?': '?{}',
  '[': '{[}', // not an option of the command before
  ']': '{]}',
  '\u00a0': '~',
  '\u202f': '\\,',
  '\u2009': '\\,',
  '−': '$-$',
  '×': '$\\times$',
  '≤': '$\\le$',
  '≥': '$\\ge$',
  '⌊': '$\\lfloor$',
  '⌋': '$\\rfloor$',
  '₁': '$_1$',
  '₂': '$_2$',
  β: '$\\beta$',
  ε: '$\\varepsilon$',
}

/** Letters beyond Latin-1 that the T1 fonts have, and the punctuation Lacuna itself uses. */
const KNOWN = new Set('ĂăĄąĆćČčĎďĐđĘęĚěĞğĹĺĽľŁłŃńŇňŊŋŐőŒœŔŕŘřŚśŞşŠšŢţŤťŮůŰűŸŹźŻżŽž–—‘’“”…•')

/** Letters in a row after which a line may break, where a word is longer than a line of a table. */
const LONG_WORD = 16

/** Write a text so that it appears as it is. Line ends become spaces. */
export function escapeLatex(text: string): string {
  let run = 0
  return Array.from(text, (character) => {
    run = /\s/u.test(character) ? 0 : run + 1
    const written = escapeCharacter(character)
    return run > 0 && run % LONG_WORD === 0 ? `${written}\\allowbreak{}` : written
  }).join('')
}

function escapeCharacter(character: string): string {
  const command = COMMANDS[character]
  if (command !== undefined) return command
  if (character === '\n' || character === '\t') return ' '
  const code = character.codePointAt(0)!
  if (code >= 0x20 && code < 0x7f) return character
  if (code >= 0xa1 && code <= 0xff && code !== 0xad) return character
  return KNOWN.has(character) ? character : numbered(code)
}

function numbered(code: number): string {
  return `\\texttt{{[}U+${code.toString(16).toUpperCase().padStart(4, '0')}{]}}`
}
