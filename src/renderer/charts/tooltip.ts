// The tooltip of a chart: its elements, and where it stands. Made of elements, so that no text of a user is ever read
// as markup.
import type { TooltipContent } from './spec.ts'

/** Distance from the pointer and from the edge of the window, in pixels. */
const GAP = 16
const EDGE = 8

export interface Box {
  width: number
  height: number
}

/**
 * Place a tooltip beside the pointer: to the right where the window has room, else to the left, never outside it.
 * @param pointer and the result are pixels from the top left corner of the chart; `chart` is that corner in the window
 */
export function placeTooltip(
  pointer: readonly [number, number],
  tooltip: Box,
  chart: { left: number; top: number },
  window: Box,
): [number, number] {
  const right = chart.left + pointer[0] + GAP
  const left = chart.left + pointer[0] - GAP - tooltip.width
  const x = right + tooltip.width <= window.width - EDGE ? right : left
  const y = chart.top + pointer[1] + GAP
  return [
    clamp(x, EDGE, window.width - EDGE - tooltip.width) - chart.left,
    clamp(y, EDGE, window.height - EDGE - tooltip.height) - chart.top,
  ]
}

/** `low` wins where there is no room at all. */
function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}

/** Build the content as elements; classes are in styles/base.css. */
export function tooltipElement({ title, rows }: TooltipContent): HTMLElement {
  const box = element('div', 'chart-tip')
  box.append(element('div', 'chart-tip-title', title))
  const table = element('table', '')
  for (const row of rows) {
    const line = element('tr', '')
    const name = element('td', '')
    const dot = element('i', '')
    dot.style.background = row.colour ?? 'transparent'
    name.append(dot, row.name)
    line.append(name, element('td', 'num', row.value), element('td', 'note', row.note ?? ''))
    table.append(line)
  }
  box.append(table)
  return box
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(tag)
  node.className = className
  node.textContent = text
  return node
}
