// Where units stand: layers from left to right, the units of a layer below each other. A function of the network's sizes
// alone, so that every run of one network, every epoch and every filter has the same picture.
import type { StructureUnit } from '../../shared/structure-view.ts'

export interface Place {
  x: number
  y: number
}

/** One layer, or the inputs, or the classes. */
export interface Column {
  title: string
  x: number // middle
  width: number // from its first stack of units to its last
  units: number[] // ids, top to bottom, stack by stack
}

/** Places in a plane of its own units; the viewport scales it. */
export interface StructureLayout {
  places: Place[] // by unit id
  radii: number[] // by unit id
  columnOf: number[] // by unit id: index into `columns`
  columns: Column[]
  pitch: number // between two units of a layer
  gap: number // between two columns
  top: number
  bottom: number
  key: string // equal for layouts that are equal
}

const STACK = 60 // units below each other before a layer gets a second stack
const TALLEST = 640
const PITCH = { min: 12, max: 46 } as const
const LEAST_HEIGHT = 200
const GAP = { min: 96, max: 430 } as const
const ASPECT = 2.05 // of the whole picture, where the number of layers leaves a choice

/** Rows and stacks a layer of `count` units is given. */
export function stacksOf(count: number): { stacks: number; rows: number } {
  const stacks = Math.max(1, Math.ceil(count / STACK))
  return { stacks, rows: Math.ceil(count / stacks) }
}

function columnTitle({ role, layer }: StructureUnit): string {
  if (role === 'input') return 'Embedding'
  return role === 'output' ? 'Classes' : `Layer ${layer + 1}`
}

/** Units by layer, from the inputs (layer -1) to the classes; each in order of its rows. */
function groupsOf(units: readonly StructureUnit[]): StructureUnit[][] {
  return [...Map.groupBy(units, ({ layer }) => layer)]
    .sort(([a], [b]) => a - b)
    .map(([, group]) => group.toSorted((a, b) => a.row - b.row))
}

/** Distance between the units of a column: inputs are squeezed into the height of the layers, classes are spread out. */
function pitchOf(group: readonly StructureUnit[], pitch: number, height: number): number {
  const { rows } = stacksOf(group.length)
  const { role } = group[0]!
  if (role === 'unit' || rows < 2) return pitch
  const even = height / (rows - 1)
  return role === 'input' ? Math.min(pitch, even) : Math.min(Math.max(pitch, 54), even)
}

/** Lay out the units of a network. */
export function layoutOf(units: readonly StructureUnit[]): StructureLayout {
  const groups = groupsOf(units)
  const tallest = Math.max(
    1,
    ...groups.filter(([first]) => first!.role === 'unit').map((group) => stacksOf(group.length).rows),
  )
  const pitch = Math.min(PITCH.max, Math.max(PITCH.min, TALLEST / tallest))
  const height = Math.max(LEAST_HEIGHT, (tallest - 1) * pitch)
  const gap = Math.min(GAP.max, Math.max(GAP.min, (height * ASPECT) / Math.max(1, groups.length - 1)))
  const layout: StructureLayout = {
    places: [],
    radii: [],
    columnOf: [],
    columns: [],
    pitch,
    gap,
    top: -height / 2,
    bottom: height / 2,
    key: groups.map((group) => `${group[0]!.role}${group.length}`).join(' '),
  }
  let left = 0
  for (const group of groups) {
    const width = place(layout, group, left, pitchOf(group, pitch, height))
    left += width + gap
  }
  return layout
}

/** Place one column and return its width. */
function place(layout: StructureLayout, group: readonly StructureUnit[], left: number, own: number): number {
  const { stacks, rows } = stacksOf(group.length)
  const between = Math.max(own * 1.7, 22)
  const width = (stacks - 1) * between
  const radius = Math.min(group[0]!.role === 'output' ? 11 : 12, Math.max(2.4, own * 0.36))
  group.forEach(({ id }, index) => {
    const stack = Math.floor(index / rows)
    const inStack = Math.min(rows, group.length - stack * rows)
    const row = index - stack * rows
    layout.places[id] = { x: left + stack * between, y: (row - (inStack - 1) / 2) * own }
    layout.radii[id] = radius
    layout.columnOf[id] = layout.columns.length
  })
  layout.columns.push({
    title: columnTitle(group[0]!),
    x: left + width / 2,
    width,
    units: group.map(({ id }) => id),
  })
  return width
}

/** The unit an arrow key leads to, or undefined at the edge. `shown` tells which units can be reached. */
export function neighbourUnit(
  layout: StructureLayout,
  from: number,
  key: 'up' | 'down' | 'left' | 'right',
  shown: (unit: number) => boolean,
): number | undefined {
  const column = layout.columnOf[from]!
  if (key === 'up' || key === 'down') {
    const units = layout.columns[column]!.units.filter(shown)
    return units[units.indexOf(from) + (key === 'down' ? 1 : -1)]
  }
  const step = key === 'right' ? 1 : -1
  for (let at = column + step; at >= 0 && at < layout.columns.length; at += step) {
    const units = layout.columns[at]!.units.filter(shown)
    if (units.length > 0) return nearest(layout, units, layout.places[from]!.y)
  }
  return undefined
}

function nearest({ places }: StructureLayout, units: readonly number[], y: number): number {
  return units.reduce((best, id) => (Math.abs(places[id]!.y - y) < Math.abs(places[best]!.y - y) ? id : best))
}
