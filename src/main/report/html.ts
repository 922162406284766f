// Writes a report as one HTML file: no script, nothing loaded, a policy that forbids both, and a style sheet for screen
// (light and dark) and print. Every text is escaped; nothing else of the input becomes markup.
import type { Block, Column, Figure, Inline, ReportDocument, Section, Table, Text } from './document.ts'
import { escapeHtml } from './escape.ts'
import { REPORT_CSS } from './html-style.ts'
import { figureSvg } from './svg.ts'

/** Nothing is loaded and nothing runs, wherever the file is opened. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** Write the whole file. */
export function reportHtml(document: ReportDocument): string {
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(document.title)}</title>`,
    `<style>${REPORT_CSS}</style>`,
    '</head>',
    `<body>${reportBody(document)}</body>`,
    '</html>',
    '',
  ].join('\n')
}

/** Write what stands in the body, without the style sheet. */
export function reportBody(document: ReportDocument): string {
  const numbers = { table: 0, figure: 0 }
  return [
    '<main>',
    '<header>',
    `<p class="kind">${escapeHtml(document.subtitle)}</p>`,
    `<h1>${escapeHtml(document.title)}</h1>`,
    facts(document.facts),
    '</header>',
    contents(document.sections),
    ...document.sections.map((section, i) => sectionHtml(section, i + 1, numbers)),
    '</main>',
  ].join('\n')
}

function contents(sections: readonly Section[]): string {
  const items = sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`)
  return `<nav aria-label="Contents"><ol>${items.join('')}</ol></nav>`
}

function sectionHtml(section: Section, number: number, numbers: { table: number; figure: number }): string {
  return [
    `<section id="${section.id}">`,
    `<h2><span>${number}</span>${escapeHtml(section.title)}</h2>`,
    ...section.blocks.map((block) => blockHtml(block, numbers)),
    '</section>',
  ].join('\n')
}

function blockHtml(block: Block, numbers: { table: number; figure: number }): string {
  switch (block.kind) {
    case 'paragraph':
      return `<p>${inline(block.text)}</p>`
    case 'heading':
      return `<h3>${escapeHtml(block.text)}</h3>`
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`
    case 'facts':
      return facts(block.rows)
    case 'code':
      return `<pre>${escapeHtml(block.text)}</pre>`
    case 'table':
      return tableHtml(block, ++numbers.table)
    case 'figure':
      return figureHtml(block, ++numbers.figure)
  }
}

function inline(text: Text): string {
  return (typeof text === 'string' ? [text] : text).map(part).join('')
}

function part(piece: Inline): string {
  if (typeof piece === 'string') return escapeHtml(piece)
  return 'strong' in piece
    ? `<strong>${escapeHtml(piece.strong)}</strong>`
    : `<code>${escapeHtml(piece.code)}</code>`
}

function facts(rows: ReportDocument['facts']): string {
  const items = rows.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${inline(value)}</dd></div>`,
  )
  return `<dl>${items.join('')}</dl>`
}

/** Tables up to this many rows are not split between pages. */
const WHOLE_ROWS = 14

function tableHtml({ caption, columns, rows, note }: Table, number: number): string {
  const head = columns.map((column) => `<th scope="col"${numeric(column)}>${escapeHtml(column.name)}</th>`)
  const body = rows.map((row) => `<tr>${row.map((cell, c) => cellHtml(cell, columns[c]!)).join('')}</tr>`)
  return [
    `<div class="table${rows.length <= WHOLE_ROWS ? ' whole' : ''}"><table>`,
    `<caption><b>Table ${number}.</b> ${escapeHtml(caption)}</caption>`,
    `<thead><tr>${head.join('')}</tr></thead>`,
    `<tbody>${body.join('\n')}</tbody>`,
    '</table>',
    note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`,
    '</div>',
  ].join('\n')
}

/** Words up to this many characters are never broken in a table. */
const LONG_WORD = 28

function cellHtml(text: string, { align }: Column): string {
  const long = text.split(/\s+/).some((word) => word.length > LONG_WORD)
  const classes = [...(align === 'right' ? ['num'] : []), ...(long ? ['long'] : [])]
  return `<td${classes.length === 0 ? '' : ` class="${classes.join(' ')}"`}>${escapeHtml(text)}</td>`
}

const numeric = (column: Column) => (column.align === 'right' ? ' class="num"' : '')

function figureHtml(figure: Figure, number: number): string {
  const note = figure.note === undefined ? '' : ` ${escapeHtml(figure.note)}`
  return `<figure>${figureSvg(figure)}<figcaption><b>Figure ${number}.</b> ${escapeHtml(figure.caption)}.${note}</figcaption></figure>`
}
