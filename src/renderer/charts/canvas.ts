// Registers the parts of the drawing library that are used, and adds tooltip and zoom to a spec.
import type { ECharts, EChartsOption } from 'echarts'
import { BarChart, CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import {
  AxisPointerComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
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
import { placeTooltip, tooltipElement } from './tooltip.ts'

use([
  LineChart,
  BarChart,
  CustomChart,
  ScatterChart,
  GridComponent,
  TooltipComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TitleComponent,
  ToolboxComponent,
  DataZoomComponent,
  AxisPointerComponent,
  CanvasRenderer,
  SVGRenderer,
])

export const ChartCanvas = VChart

/** Add tooltip and zoom; `corner` gives the place of the chart in the window. */
export function withInteraction(
  spec: ChartSpec,
  theme: ChartTheme,
  corner: () => { left: number; top: number },
): EChartsOption {
  return {
    ...spec.option,
    tooltip: {
      trigger: spec.items === undefined ? 'axis' : 'item',
      appendTo: 'body',
      position: ([x, y], _params, _element, _rect, { contentSize: [width, height] }) =>
        placeTooltip([x, y], { width, height }, corner(), { width: innerWidth, height: innerHeight }),
      transitionDuration: 0,
      padding: 0,
      borderWidth: 0,
      backgroundColor: 'transparent',
      extraCssText: 'box-shadow:none',
      axisPointer: { type: 'line', lineStyle: { color: theme.axis, type: 'solid' } },
      formatter: (params: unknown) => {
        const content = contentOf(spec, params)
        return content === undefined ? '' : tooltipElement(content)
      },
    },
    toolbox: {
      left: -100,
      feature: {
        dataZoom: {
          ...(spec.items === undefined ? { yAxisIndex: 'none' as const } : {}),
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

/** Series and index of a mark, as the drawing library names them in its events. */
export function markOf(params: unknown): { series: string; index: number } | undefined {
  if (typeof params !== 'object' || params === null) return undefined
  const { seriesName, dataIndex } = params as { seriesName?: unknown; dataIndex?: unknown }
  return typeof seriesName === 'string' && typeof dataIndex === 'number'
    ? { series: seriesName, index: dataIndex }
    : undefined
}

function contentOf(spec: ChartSpec, params: unknown): TooltipContent | undefined {
  if (spec.items !== undefined) {
    const mark = markOf(params)
    return mark === undefined ? undefined : spec.items.tooltip(mark.series, mark.index)
  }
  const x = axisValue(params)
  return x === undefined ? undefined : spec.tooltip(x)
}

function axisValue(params: unknown): number | string | undefined {
  const first: unknown = Array.isArray(params) ? params[0] : params
  if (typeof first !== 'object' || first === null || !('axisValue' in first)) return undefined
  const { axisValue: value } = first
  return typeof value === 'number' || typeof value === 'string' ? value : undefined
}
