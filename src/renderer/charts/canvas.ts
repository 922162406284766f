// Registers the parts of the drawing library that are used, and adds tooltip and zoom to a spec.
import type { ECharts, EChartsOption } from 'echarts'
import { BarChart, CustomChart, LineChart } from 'echarts/charts'
import {
  AxisPointerComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  ToolboxComponent,
  TooltipComponent,
} from 'echarts/components'
import { use } from 'echarts/core'
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers'
import VChart from 'vue-echarts'
import type { ChartTheme } from './palette.ts'
import type { ChartSpec, TooltipContent } from './spec.ts'

use([
  LineChart,
  BarChart,
  CustomChart,
  GridComponent,
  TooltipComponent,
  LegendComponent,
  MarkLineComponent,
  TitleComponent,
  ToolboxComponent,
  DataZoomComponent,
  AxisPointerComponent,
  CanvasRenderer,
  SVGRenderer,
])

export const ChartCanvas = VChart

/** Add tooltip and zoom. The tooltip is made of elements, so that no text of a user is ever read as markup. */
export function withInteraction(spec: ChartSpec, theme: ChartTheme): EChartsOption {
  return {
    ...spec.option,
    tooltip: {
      trigger: 'axis',
      appendTo: 'body',
      transitionDuration: 0,
      padding: 0,
      borderWidth: 0,
      backgroundColor: 'transparent',
      extraCssText: 'box-shadow:none',
      axisPointer: { type: 'line', lineStyle: { color: theme.axis, type: 'solid' } },
      formatter: (params: unknown) => {
        const x = axisValue(params)
        const content = x === undefined ? undefined : spec.tooltip(x)
        return content === undefined ? '' : tooltipElement(content)
      },
    },
    toolbox: {
      left: -100,
      feature: {
        dataZoom: {
          yAxisIndex: 'none',
          filterMode: 'none',
          brushStyle: { color: theme.axis, opacity: 0.25 },
        },
      },
    },
  }
}

/** Let a drag over the chart select the range to zoom into. */
export function activateZoom(chart: ECharts): void {
  chart.dispatchAction({ type: 'takeGlobalCursor', key: 'dataZoomSelect', dataZoomSelectActive: true })
}

function axisValue(params: unknown): number | string | undefined {
  const first: unknown = Array.isArray(params) ? params[0] : params
  if (typeof first !== 'object' || first === null || !('axisValue' in first)) return undefined
  const { axisValue: value } = first
  return typeof value === 'number' || typeof value === 'string' ? value : undefined
}

function tooltipElement({ title, rows }: TooltipContent): HTMLElement {
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
