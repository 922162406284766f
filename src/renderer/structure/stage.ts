// The picture on the screen: cytoscape holds units, viewport, gestures and what the pointer hits; connections are
// painted on a canvas below it (see paint.ts). Everything is updated in place; only another network builds it anew.
import type cytoscape from 'cytoscape'
import type { StructureUnit } from '../../shared/structure-view.ts'
import { Canvases, type CanvasElements } from './canvases.ts'
import type { StructureTheme } from './colours.ts'
import type { StructureLayout } from './layout.ts'
import type { PaintedUnits } from './paint-units.ts'
import type { Viewport } from './paint.ts'
import { pointedAt, type Pointed, type StagePicture } from './pointed.ts'

export interface StageEvents {
  choose: (unit: number | null) => void
  point: (pointed: Pointed | null) => void
  move: (viewport: Viewport) => void
}

export interface Stage {
  show: (picture: StagePicture) => void
  /** Fill units, by id. */
  fill: (fills: readonly string[]) => void
  fit: () => void
  zoomBy: (factor: number) => void
  /** Bring a unit into view if it is not. */
  reveal: (unit: number) => void
  viewport: () => Viewport
  destroy: () => void
}

const MARGIN = { top: 34, side: 34, bottom: 26 } as const
const LETTER = 6.5 // width, px
const ZOOM = { min: 0.08, max: 6 } as const
const STYLE_ID = '__________cytoscape_stylesheet'

/** The library would insert a style element, which the content security policy refuses; our style sheet has its rule. */
function forestallStyleElement(): void {
  if (document.getElementById(STYLE_ID) !== null) return
  const mark = document.createElement('meta')
  mark.id = STYLE_ID
  document.head.append(mark)
}

function sheet(): cytoscape.StylesheetJson {
  return [
    {
      selector: 'node',
      style: {
        width: 'data(size)',
        height: 'data(size)',
        'background-opacity': 0, // filled on a canvas of ours, see paint-units.ts
        'border-color': 'data(line)',
        'border-width': 'data(border)',
        'overlay-opacity': 0,
        'z-index': 1,
      },
    },
    { selector: 'node.faded', style: { opacity: 0.22 } },
    { selector: 'node.hidden', style: { display: 'none' } },
    {
      selector: 'node.chosen',
      style: { 'border-width': 'data(thick)', 'border-color': 'data(accent)', 'z-index': 2 },
    },
    { selector: 'core', style: { 'active-bg-size': 0, 'selection-box-opacity': 0 } as cytoscape.Css.Core },
  ]
}

const idOf = (unit: number) => `u${unit}`

function nodeData({ id }: StructureUnit, layout: StructureLayout, theme: StructureTheme) {
  const radius = layout.radii[id]!
  return {
    size: radius * 2,
    border: Math.max(0.6, radius * 0.1),
    thick: Math.max(2, radius * 0.3),
    line: theme.outline,
    accent: theme.accent,
  }
}

/**
 * Build the stage inside `holder`, with canvases of the same size below it. Loads the graph library the first time.
 * @param holder positioned element of the size of the picture
 */
export async function createStage(
  holder: HTMLElement,
  canvases: CanvasElements,
  events: StageEvents,
): Promise<Stage> {
  const { default: create } = await import('cytoscape')
  forestallStyleElement()
  const cy = create({
    container: holder,
    style: sheet(),
    minZoom: ZOOM.min,
    maxZoom: ZOOM.max,
    boxSelectionEnabled: false,
    autoungrabify: true,
    autounselectify: true,
    pixelRatio: 'auto',
    layout: { name: 'preset' },
  })
  return new CytoscapeStage(cy, holder, new Canvases(canvases), events)
}

class CytoscapeStage implements Stage {
  readonly #cy: cytoscape.Core
  readonly #holder: HTMLElement
  readonly #canvases: Canvases
  readonly #events: StageEvents
  readonly #observer: ResizeObserver
  #picture: StagePicture | undefined
  #built: { layout: string; theme: StructureTheme } | undefined
  #moved = false // by a person since it was fitted
  #fitting = false
  #frame = 0
  #units: PaintedUnits | undefined
  #fills: readonly string[] = []
  #pointFrame = 0

  constructor(cy: cytoscape.Core, holder: HTMLElement, canvases: Canvases, events: StageEvents) {
    this.#cy = cy
    this.#holder = holder
    this.#canvases = canvases
    this.#events = events
    cy.on('render', () => this.#paint())
    cy.on('viewport', () => {
      if (!this.#fitting) this.#moved = true
      events.move(this.viewport())
    })
    cy.on('tap', (event) => {
      const unit = event.target === cy ? null : Number((event.target as cytoscape.NodeSingular).id().slice(1))
      events.choose(unit)
    })
    holder.addEventListener('pointermove', this.#onPointer)
    holder.addEventListener('pointerleave', this.#onLeave)
    this.#observer = new ResizeObserver(() => this.#resize())
    this.#observer.observe(holder)
    this.#resize()
  }

  show(picture: StagePicture): void {
    this.#picture = picture
    const { layout, theme } = picture.painted
    const { near, units, isShown } = picture
    this.#units = { layout, units: units.filter(isShown), near }
    const anew = this.#built?.layout !== layout.key
    this.#cy.batch(() => {
      if (anew) this.#build(picture)
      else if (this.#built?.theme !== theme) this.#dress(picture)
      this.#mark(picture)
    })
    this.#built = { layout: layout.key, theme }
    if (anew) this.fit()
    this.#schedule()
  }

  fill(fills: readonly string[]): void {
    this.#fills = fills
    this.#schedule()
  }

  fit(): void {
    const shown = this.#cy.nodes().filter((node) => !node.hasClass('hidden'))
    const [width, height] = [this.#cy.width(), this.#cy.height()]
    if (shown.length === 0 || width === 0 || height === 0) return
    const box = shown.boundingBox({ includeLabels: false })
    const longest = Math.max(0, ...this.#picture!.painted.labels.map(({ text }) => text.length))
    const right = MARGIN.side + (longest === 0 ? 0 : 6 + longest * LETTER)
    const above = this.#reach()
    const [top, bottom] = [Math.min(box.y1, above.top), Math.max(box.y2, above.bottom)]
    const zoom = Math.min(
      ZOOM.max / 2,
      (width - MARGIN.side - right) / box.w,
      (height - MARGIN.top - MARGIN.bottom) / (bottom - top),
    )
    this.#fitting = true
    this.#cy.viewport({
      zoom,
      pan: {
        x: MARGIN.side + (width - MARGIN.side - right - box.w * zoom) / 2 - box.x1 * zoom,
        y: MARGIN.top + (height - MARGIN.top - MARGIN.bottom - (bottom - top) * zoom) / 2 - top * zoom,
      },
    })
    this.#fitting = false
    this.#moved = false
  }

  zoomBy(factor: number): void {
    const renderedPosition = { x: this.#cy.width() / 2, y: this.#cy.height() / 2 }
    this.#cy.zoom({ level: this.#cy.zoom() * factor, renderedPosition })
  }

  reveal(unit: number): void {
    const node = this.#cy.getElementById(idOf(unit))
    if (node.empty()) return
    const { x, y } = node.renderedPosition()
    const room = 30
    const dx = Math.max(0, room - x) - Math.max(0, x - (this.#cy.width() - room))
    const dy = Math.max(0, room - y) - Math.max(0, y - (this.#cy.height() - room))
    if (dx !== 0 || dy !== 0) this.#cy.panBy({ x: dx, y: dy })
  }

  viewport(): Viewport {
    return { zoom: this.#cy.zoom(), pan: { ...this.#cy.pan() } }
  }

  destroy(): void {
    this.#observer.disconnect()
    this.#holder.removeEventListener('pointermove', this.#onPointer)
    this.#holder.removeEventListener('pointerleave', this.#onLeave)
    cancelAnimationFrame(this.#frame)
    cancelAnimationFrame(this.#pointFrame)
    this.#cy.destroy()
  }

  #build({ units, painted: { layout, theme } }: StagePicture): void {
    this.#cy.elements().remove()
    this.#cy.add(
      units.map((unit) => ({
        group: 'nodes' as const,
        data: { id: idOf(unit.id), ...nodeData(unit, layout, theme) },
        position: { ...layout.places[unit.id]! },
      })),
    )
  }

  #dress({ units, painted: { layout, theme } }: StagePicture): void {
    for (const unit of units) this.#cy.getElementById(idOf(unit.id)).data(nodeData(unit, layout, theme))
  }

  #mark({ units, near, chosen, isShown }: StagePicture): void {
    for (const unit of units) {
      const node = this.#cy.getElementById(idOf(unit.id))
      node.toggleClass('hidden', !isShown(unit))
      node.toggleClass('faded', near !== null && !near.has(unit.id))
      node.toggleClass('chosen', unit.id === chosen)
    }
  }

  /** How far the drawn connections reach above and below the units. */
  #reach(): { top: number; bottom: number } {
    const { layout, painted } = this.#picture!.painted
    let [top, bottom] = [layout.top, layout.bottom]
    for (const { curve } of painted) {
      if (curve.length !== 8) continue
      const middle = (curve[1]! + 3 * curve[3]! + 3 * curve[5]! + curve[7]!) / 8
      top = Math.min(top, middle)
      bottom = Math.max(bottom, middle)
    }
    return { top, bottom }
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#holder
    this.#canvases.resize(width, height)
    this.#cy.resize()
    if (!this.#moved && this.#picture !== undefined) this.fit()
    this.#schedule()
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame)
    this.#frame = requestAnimationFrame(() => this.#paint())
  }

  #paint(): void {
    if (this.#picture === undefined || this.#units === undefined) return
    const painting = { picture: this.#picture.painted, units: this.#units, fills: this.#fills }
    this.#canvases.paint(painting, this.viewport())
  }

  #onLeave = (): void => this.#events.point(null)

  #onPointer = (event: PointerEvent): void => {
    cancelAnimationFrame(this.#pointFrame)
    const { clientX, clientY, buttons } = event
    this.#pointFrame = requestAnimationFrame(() => {
      const box = this.#holder.getBoundingClientRect()
      const [x, y] = [clientX - box.left, clientY - box.top]
      const free = buttons === 0 && this.#picture !== undefined
      this.#events.point(free ? pointedAt(this.#picture!, this.viewport(), x, y) : null)
    })
  }
}
