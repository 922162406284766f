// Writes a report as one LaTeX file that compiles by itself with pdflatex: tables, and figures for pgfplots. Nothing is
// read from other files, and nothing of the input becomes a command.
import type { Block, Figure, Inline, ReportDocument, Text } from './document.ts'
import { colourDefinitions, figureLatex } from './latex-figure.ts'
import { tableLatex } from './latex-table.ts'
import { escapeLatex } from './latex-text.ts'

const PREAMBLE = [
  '% Written by Lacuna. Compile twice with pdflatex; needs pgfplots, booktabs, longtable and caption.',
  '\\documentclass[10pt,a4paper]{article}',
  '\\usepackage[T1]{fontenc}',
  '\\usepackage[utf8]{inputenc}',
  '\\IfFileExists{lmodern.sty}{\\usepackage{lmodern}}{}',
  '\\usepackage{textcomp}',
  '\\usepackage[a4paper,left=18mm,right=18mm,top=20mm,bottom=22mm]{geometry}',
  '\\usepackage{array,booktabs,longtable}',
  '\\usepackage[font=small,labelfont=bf,justification=raggedright,singlelinecheck=false]{caption}',
  '\\usepackage{xcolor}',
  '\\usepackage{pgfplots}',
  '\\usepgfplotslibrary{groupplots}',
  '\\usetikzlibrary{plotmarks}',
  '\\pgfplotsset{compat=1.14}',
  '\\setlength{\\tabcolsep}{1.05mm}\\renewcommand{\\arraystretch}{1.12}',
  '\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{4pt plus 2pt}',
  '\\setlength{\\LTleft}{0pt}\\setlength{\\emergencystretch}{3em}',
  '\\renewcommand{\\topfraction}{0.9}\\renewcommand{\\textfraction}{0.08}\\renewcommand{\\floatpagefraction}{0.75}',
]

/** Write the whole file. */
export function reportLatex(document: ReportDocument): string {
  const figures = document.sections
    .flatMap(({ blocks }) => blocks)
    .filter((block): block is Figure => block.kind === 'figure')
  return [
    ...PREAMBLE,
    ...colourDefinitions(figures),
    '\\begin{document}',
    `{\\small ${escapeLatex(document.subtitle)}\\par}`,
    `{\\LARGE\\bfseries ${escapeLatex(document.title)}\\par}\\medskip`,
    factsLatex(document.facts),
    ...document.sections.flatMap(({ title, blocks }) => [
      `\\section{${escapeLatex(title)}}`,
      ...blocks.map(blockLatex),
    ]),
    '\\end{document}',
    '',
  ].join('\n')
}

function blockLatex(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return `${inline(block.text)}\\par`
    case 'heading':
      return `\\subsection*{${escapeLatex(block.text)}}`
    case 'list':
      return `\\begin{itemize}\\setlength{\\itemsep}{1pt}\n${block.items.map((item) => `\\item {}${inline(item)}`).join('\n')}\n\\end{itemize}`
    case 'facts':
      return factsLatex(block.rows)
    case 'code':
      return codeLatex(block.text)
    case 'table':
      return tableLatex(block)
    case 'figure':
      return figureLatex(block)
  }
}

function inline(text: Text): string {
  return (typeof text === 'string' ? [text] : text).map(part).join('')
}

function part(piece: Inline): string {
  if (typeof piece === 'string') return escapeLatex(piece)
  return 'strong' in piece ? `\\textbf{${escapeLatex(piece.strong)}}` : `\\texttt{${escapeLatex(piece.code)}}`
}

function factsLatex(rows: ReportDocument['facts']): string {
  const lines = rows.map(([name, value]) => `${escapeLatex(name)} & ${inline(value)} \\\\`)
  return `\\begin{longtable}{@{}>{\\raggedright\\arraybackslash\\color{black!60}}p{32mm}>{\\raggedright\\arraybackslash}p{138mm}@{}}\n${lines.join('\n')}\n\\end{longtable}\\addtocounter{table}{-1}`
}

/** Lines of code, each literal; verbatim could be ended by its own text. */
function codeLatex(text: string): string {
  const lines = text.split('\n').map((line) => {
    const content = line.trimStart()
    const indent = line.length - content.length
    return `\\hspace*{${(indent * 0.5).toFixed(1)}em}${escapeLatex(content)}\\par`
  })
  return `{\\ttfamily\\scriptsize\\raggedright\\setlength{\\parskip}{0pt}\n${lines.join('\n')}\n}`
}
