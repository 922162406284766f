// Layout, curves, colours, address and the rest of the structure view that needs no browser.
import { describe, expect, it } from 'vitest'
import {
  readKinds,
  readMoment,
  readSequence,
  writeKinds,
  writeSequence,
} from '../../src/renderer/structure/address.ts'
import {
  quantityRange,
  shareWeight,
  signedColour,
  structureTheme,
  unitFills,
  weightShare,
} from '../../src/renderer/structure/colours.ts'
import { curveOf, distanceTo, pointAt, toSvgPath } from '../../src/renderer/structure/geometry.ts'
import { fillHeat } from '../../src/renderer/structure/heat.ts'
import { layoutOf, neighbourUnit, stacksOf } from '../../src/renderer/structure/layout.ts'
import { closestRun, comparable, seriesOf } from '../../src/renderer/structure/series.ts'
import { signedStroke, strokeOf } from '../../src/renderer/structure/strokes.ts'
import { xml } from '../../src/renderer/structure/svg.ts'
import { quantitiesOf, signalOf, statesOf, stripOf } from '../../src/renderer/structure/trace.ts'
import { neighbourhood, shownConnections, strongest } from '../../src/renderer/structure/visible.ts'
import type { RunSummary } from '../../src/shared/contract.ts'
import {
  CONNECTION_KINDS,
  type StructureConnection,
  type StructureUnit,
  type StructureView,
} from '../../src/shared/structure-view.ts'
import { expandStudy } from '../../src/shared/study.ts'
import { FakeWorkbench } from './fake-workbench.ts'
import { definition } from './support/fake-data.ts'

function unitsOf(inputs: number, layers: readonly number[], classes: number): StructureUnit[] {
  const units: StructureUnit[] = []
  const add = (role: StructureUnit['role'], layer: number, count: number) => {
    for (let row = 0; row < count; row++)
      units.push({
        id: units.length,
        role,
        layer,
        row,
        label: `${role} ${layer} ${row}`,
        incoming: row,
        outgoing: 1,
        betweenness: role === 'unit' ? row / 10 : null,
      })
  }
  add('input', -1, inputs)
  layers.forEach((size, layer) => add('unit', layer, size))
  add('output', layers.length, classes)
  return units
}

const connection = (
  source: number,
  target: number,
  kind: StructureConnection['kind'],
  more: Partial<StructureConnection> = {},
): StructureConnection => ({ source, target, kind, cell: 0, weight: 1, live: true, ...more })

async function fakeView(args: { run: string; gate?: string; against?: string }): Promise<StructureView> {
  const { gate = 'any', run, against } = args
  const fake = new FakeWorkbench('full')
  const other = against === undefined ? {} : { against: { run: against } }
  const view = await fake.handlers['structure/show']({ run, gate, ...other })
  fake.close()
  return view
}

describe('the layout of a structure', () => {
  const shapes: [string, StructureUnit[]][] = [
    ['a dense base model', unitsOf(50, [50, 50, 50], 2)],
    ['a small structure', unitsOf(5, [1, 3, 2, 6, 1], 2)],
    ['layers of several stacks', unitsOf(300, [200, 61, 1], 12)],
    ['one unit', unitsOf(1, [1], 2)],
    [
      'many layers',
      unitsOf(
        10,
        Array.from({ length: 40 }, (_, i) => (i % 7) + 1),
        2,
      ),
    ],
  ]

  it.each(shapes)('keeps the units of %s apart', (_name, units) => {
    const { places, radii } = layoutOf(units)
    const touching = units.flatMap(({ id: a }) =>
      units
        .slice(a + 1)
        .filter(({ id: b }) => {
          const distance = Math.hypot(places[a]!.x - places[b]!.x, places[a]!.y - places[b]!.y)
          return distance < radii[a]! + radii[b]!
        })
        .map(({ id: b }) => [a, b]),
    )
    expect(touching).toEqual([])
  })

  it.each(shapes)('puts the layers of %s from left to right, in order of their rows', (_name, units) => {
    const layout = layoutOf(units)
    const { columns, places } = layout
    for (let c = 1; c < columns.length; c++)
      expect(columns[c]!.x - columns[c]!.width / 2).toBeGreaterThan(
        columns[c - 1]!.x + columns[c - 1]!.width / 2,
      )
    for (const { units: column } of columns) {
      const { rows } = stacksOf(column.length)
      column.forEach(
        (id, i) => i % rows !== 0 && expect(places[id]!.y).toBeGreaterThan(places[column[i - 1]!]!.y),
      )
    }
  })

  it('is the same for every run of a network: weights, degrees and pruning do not move a unit', async () => {
    const [base, pruned] = await Promise.all([fakeView({ run: 's2-0' }), fakeView({ run: 's2-5' })])
    expect(pruned.units).not.toEqual(base.units)
    expect(layoutOf(pruned.units)).toEqual(layoutOf(base.units))
  })

  it('splits a layer of more than 60 units into equal stacks', () => {
    expect(stacksOf(60)).toEqual({ stacks: 1, rows: 60 })
    expect(stacksOf(61)).toEqual({ stacks: 2, rows: 31 })
    expect(stacksOf(200)).toEqual({ stacks: 4, rows: 50 })
  })

  it('walks with arrow keys through columns and to the nearest row of the next shown one', () => {
    const units = unitsOf(4, [3, 3], 2)
    const layout = layoutOf(units)
    const all = () => true
    expect(neighbourUnit(layout, 4, 'down', all)).toBe(5)
    expect(neighbourUnit(layout, 4, 'up', all)).toBeUndefined()
    expect(neighbourUnit(layout, 5, 'right', all)).toBe(8)
    expect(neighbourUnit(layout, 8, 'left', all)).toBe(5)
    expect(neighbourUnit(layout, 5, 'left', (id) => units[id]!.role === 'unit')).toBeUndefined()
  })
})

describe('the course of connections', () => {
  const units = unitsOf(3, [4, 4, 4, 4], 2)
  const layout = layoutOf(units)

  it.each([
    ['i2h', 3, 8, 4],
    ['h2h', 3, 6, 6],
    ['skip', 3, 15, 8],
    ['output', 15, 19, 4],
    ['output', 3, 19, 8],
  ] as const)('%s from %d to %d ends at its units', (kind, source, target, numbers) => {
    const curve = curveOf(layout, connection(source, target, kind))
    expect(curve).toHaveLength(numbers)
    const ends = [pointAt(curve, 0), pointAt(curve, 1)]
    expect(ends).toEqual([source, target].map((id) => [layout.places[id]!.x, layout.places[id]!.y]))
    expect(toSvgPath(curve)).toMatch(/^M[-\d.]+ [-\d.]+[LQC][-\d. ]+$/)
  })

  it('bows recurrent connections right on the way down and left on the way up', () => {
    const x = layout.places[3]!.x
    expect(pointAt(curveOf(layout, connection(3, 6, 'h2h')), 0.5)[0]).toBeGreaterThan(x)
    expect(pointAt(curveOf(layout, connection(6, 3, 'h2h')), 0.5)[0]).toBeLessThan(x)
  })

  it('leads skip connections past all units of the layers between', () => {
    for (const [source, target] of [
      [3, 11],
      [6, 18],
      [3, 15],
    ] as const) {
      const [, y] = pointAt(curveOf(layout, connection(source, target, 'skip')), 0.5)
      expect(y < layout.top || y > layout.bottom).toBe(true)
    }
  })

  it('measures the distance to a line and to a curve', () => {
    expect(distanceTo([0, 0, 10, 0], 5, 3)).toBeCloseTo(3)
    expect(distanceTo([0, 0, 10, 0], 14, 3)).toBeCloseTo(5)
    // The quadratic passes (5, 5) in its middle; twelve chords miss it by less than 0.1.
    expect(distanceTo([0, 0, 5, 10, 10, 0], 5, 5)).toBeLessThan(0.1)
  })
})

describe('the colours of a structure', () => {
  const brightness = (colour: string) => colour.match(/\d+/g)!.reduce((sum, part) => sum + Number(part), 0)

  it.each(['light', 'dark'] as const)(
    'are symmetric around a colourless zero in the %s theme',
    (appearance) => {
      const theme = structureTheme(appearance)
      const [r, g, b] = signedColour(theme, 0).match(/\d+/g)!.map(Number)
      expect(Math.max(r!, g!, b!) - Math.min(r!, g!, b!)).toBeLessThan(10)
      expect(signedColour(theme, -0)).toBe(signedColour(theme, 0))
      for (const share of [0.25, 0.5, 0.75, 1]) {
        const [up, down] = [signedColour(theme, share), signedColour(theme, -share)]
        const [red, , blue] = up.match(/\d+/g)!.map(Number)
        const [otherRed, , otherBlue] = down.match(/\d+/g)!.map(Number)
        expect(red).toBeGreaterThan(blue!)
        expect(otherBlue).toBeGreaterThan(otherRed!)
        // Neither sign may look stronger: their brightness differs by less than a quarter of the scale.
        expect(Math.abs(brightness(up) - brightness(down))).toBeLessThan(0.25 * 765)
      }
      expect(theme.negative).toHaveLength(theme.positive.length)
      expect(theme.negative[0]).toEqual(theme.positive[0])
    },
  )

  it('takes equal magnitudes to equal places, beyond the end to the end, and back', () => {
    expect(weightShare(-0.5, 2)).toBe(-weightShare(0.5, 2))
    expect(weightShare(9, 2)).toBe(1)
    expect(weightShare(1, 0)).toBe(0)
    for (const weight of [-2, -0.3, 0, 0.7, 2])
      expect(shareWeight(weightShare(weight, 2), 2)).toBeCloseTo(weight)
  })

  it('leaves units without the quantity uncoloured and spans the scale over the others', () => {
    const units = unitsOf(2, [3], 2)
    const theme = structureTheme('light')
    expect(quantityRange(units, 'betweenness')).toEqual([0, 0.2])
    const fills = unitFills(units, 'betweenness', theme)
    expect(fills.map((fill) => fill === theme.idle)).toEqual([true, true, false, false, false, true, true])
    expect(new Set(fills.slice(2, 5)).size).toBe(3)
  })

  it('tells changes by colour and line style, and kept, removed and regrown from each other', () => {
    const context = { theme: structureTheme('light'), largest: 1, compared: true, crowd: 10 }
    const looks = (['kept', 'removed', 'regrown'] as const).map((change) =>
      strokeOf(connection(0, 1, 'i2h', { change, live: change !== 'removed' }), context),
    )
    expect(new Set(looks.map(({ colour }) => colour)).size).toBe(3)
    expect(looks.map(({ dash }) => dash.length > 0)).toEqual([false, true, false])
    expect(looks[2]!.width).toBeGreaterThan(looks[0]!.width)
  })

  it('draws stronger connections wider and above, and crowds finer', () => {
    const context = { theme: structureTheme('light'), largest: 1, compared: false, crowd: 10 }
    const [weak, strong] = [signedStroke(0.05, context), signedStroke(-0.9, context)]
    expect(strong.width).toBeGreaterThan(weak.width)
    expect(strong.order).toBeGreaterThan(weak.order)
    expect(signedStroke(-0.9, { ...context, crowd: 2500 }).width).toBeLessThan(strong.width)
    expect(strokeOf(connection(0, 1, 'i2h', { live: false }), context).order).toBeLessThan(weak.order)
  })
})

describe('what is shown of a structure', () => {
  it('filters by kind and by ghosts, and always shows what a comparison asks for', async () => {
    const view = await fakeView({ run: 's1-131' })
    const all = shownConnections(view, { kinds: CONNECTION_KINDS, ghosts: true })
    expect(all).toHaveLength(view.connections.length)
    const recurrent = shownConnections(view, { kinds: ['h2h'], ghosts: false })
    expect(recurrent.every(({ kind, live }) => kind === 'h2h' && live)).toBe(true)
    expect(recurrent).toHaveLength(view.counts.find(({ kind }) => kind === 'h2h')!.shownLive)
    const compared = await fakeView({ run: 's1-131', against: 's1-127' })
    const removed = shownConnections(compared, { kinds: CONNECTION_KINDS, ghosts: false })
    expect(removed.some(({ change }) => change === 'removed')).toBe(true)
  })

  it('knows neighbours and the strongest connections of a unit', () => {
    const connections = [
      connection(0, 1, 'i2h', { weight: -3 }),
      connection(2, 1, 'h2h', { weight: 2 }),
      connection(3, 1, 'skip', { live: false }),
    ]
    expect(neighbourhood(connections, 1)).toEqual(new Set([1, 0, 2]))
    const view = { connections } as unknown as StructureView
    expect(strongest(view, 1, 'target', 5).map(({ source }) => source)).toEqual([0, 2])
    expect(strongest(view, 1, 'source', 5)).toEqual([])
  })
})

describe('a trace', () => {
  it('adds up the cells of a layer, and gives gates and steps their places', async () => {
    const fake = new FakeWorkbench('full')
    const sequence = { split: 'test', index: 4 } as const
    const trace = await fake.handlers['structure/trace']({ run: 's1-122', sequence })
    const view = await fake.handlers['structure/show']({ run: 's1-122', gate: 'any' })
    fake.close()
    expect(quantitiesOf(trace, 0)).toEqual(['h', 'c', 'i', 'f', 'g', 'o'])
    const twice = { ...trace, cells: [...trace.cells, { ...trace.cells[0]!, cell: 1 }] }
    const [one, sum] = [stripOf(trace, 0, 'h', null), stripOf(twice, 0, 'h', null)]
    sum.values.forEach((value, i) => expect(value).toBeCloseTo(2 * one.values[i]!, 5))
    expect(stripOf(twice, 0, 'h', 0).values).toEqual(one.values)
    expect(stripOf(trace, 1, 'f', 0)).toMatchObject({ signed: false, largest: 1, rows: 50 })

    const states = statesOf(trace, 'lstm')
    const unit = view.units.find(({ role, layer, row }) => role === 'unit' && layer === 1 && row === 7)!
    const own = trace.cells.find(({ layer }) => layer === 1)!.h
    expect(states.at(unit, 3)).toBeCloseTo(own[3 * 50 + 7]!, 6)
    expect(states.at(view.units[0]!, 3)).toBeNull()
    expect(states.at(unit, -1)).toBeNull()
    expect(states.largest).toBe(1)
    // Recurrent signals come from the state of the step before; the first step has none.
    const loop = connection(unit.id, unit.id + 1, 'h2h', { weight: 2 })
    expect(signalOf(loop, view.units, states, 4)).toBeCloseTo(2 * own[3 * 50 + 7]!, 6)
    expect(signalOf(loop, view.units, states, 0)).toBe(0)
  })

  it('becomes pixels row by row, white at zero', () => {
    const strip = {
      rows: 2,
      steps: 3,
      values: Float32Array.from([0, 1, -1, 0, 1, 0]),
      signed: true,
      largest: 1,
    }
    const pixels = new Uint8ClampedArray(2 * 3 * 4)
    fillHeat(pixels, strip, structureTheme('light'))
    const at = (row: number, step: number) => [
      ...pixels.slice((row * 3 + step) * 4, (row * 3 + step) * 4 + 3),
    ]
    expect(Math.min(...at(0, 0))).toBeGreaterThan(250)
    expect(at(0, 1)[2]).toBeGreaterThan(at(0, 1)[0]!) // -1: blue
    expect(at(1, 0)[0]).toBeGreaterThan(at(1, 0)[2]!) // +1: red
  })
})

describe('the address of a structure', () => {
  it('gives kinds and sequences back, and takes what it cannot read for absent', () => {
    for (const kinds of [['h2h'], ['input', 'skip'], [...CONNECTION_KINDS], []] as const) {
      const text = writeKinds(kinds, CONNECTION_KINDS)
      expect(readKinds(text, CONNECTION_KINDS)).toEqual([...kinds])
    }
    expect(readKinds('nonsense', ['i2h'])).toEqual(['i2h'])
    for (const choice of [{ split: 'test', index: 12 }, { text: 'B:T XSE' }] as const)
      expect(readSequence(writeSequence(choice))).toEqual(choice)
    for (const text of ['', 'test:', 'test:-1', 'other:1', 'text:', '12'])
      expect(readSequence(text)).toBeUndefined()
    expect(readMoment('run@3')).toEqual({ run: 'run', epoch: 3 })
    expect(readMoment('run@-1')).toEqual({ run: 'run', epoch: -1 })
    expect(readMoment('a@b')).toEqual({ run: 'a@b' })
    expect(readMoment('')).toBeUndefined()
  })

  it('escapes what a file must not hold', () => {
    expect(xml('<a href="x">&\u0000\u001b</a>')).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&lt;/a&gt;')
  })
})

describe('the runs beside a run', () => {
  const runs = expandStudy(definition('da0a', { seeds: [1, 2] })).map(
    (spec, i) => ({ id: `r${i}`, spec, state: 'done', epochsDone: 3 }) as unknown as RunSummary,
  )
  const byKey = (key: string) => runs.find(({ spec }) => spec.key === key)!

  it('form one series per target and criterion, from the base to the highest level', () => {
    const base = byKey('lstm-s2-base')
    const all = seriesOf(runs, base)
    expect(all.map(({ key }) => key)).toEqual([
      'both.magnitude',
      'both.random',
      'i2h.magnitude',
      'i2h.random',
      'h2h.magnitude',
      'h2h.random',
    ])
    expect(all[0]!.levels.map(({ percent }) => percent)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    expect(all[0]!.levels[0]!.runId).toBe(base.id)
    expect(seriesOf(runs, byKey('lstm-s2-i2h-40-random'))).toEqual(all)
  })

  it('are none where nothing is pruned', () => {
    expect(seriesOf([byKey('gru-s1-base')], byKey('gru-s1-base'))).toEqual([])
  })

  it('keep everything but the trait that is changed', () => {
    const run = byKey('lstm-s1-h2h-70-random')
    expect(closestRun(runs, run, 'cell', 'gru')?.spec.key).toBe('gru-s1-h2h-70-random')
    expect(closestRun(runs, run, 'seed', '2')?.spec.key).toBe('lstm-s2-h2h-70-random')
    expect(comparable(run, byKey('lstm-s1-base'))).toBe(true)
    expect(comparable(run, byKey('gru-s1-base'))).toBe(false)
    expect(comparable(run, run)).toBe(false)
  })
})
