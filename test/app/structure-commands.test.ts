// The commands for graphs and structures as whole processes: published weights, published correlations, bad files.
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSafetensors, writeSafetensors } from '../../src/main/engine/safetensors.ts'
import { PROPERTY_NAMES } from '../../src/shared/graph.ts'
import { describeWithShared } from '../support/shared-folder.ts'
import { publishedStructure } from '../support/thesis.ts'
import { lacuna, lacunaJson, startLacuna } from '../transport/cli-process.ts'

let folder = ''
let workspace = ''
beforeAll(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-structures-'))
  workspace = join(folder, 'workspace')
})
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

type Properties = Record<string, number | null>

describe('lacuna graph', () => {
  it('draws the same graphs from the same seed, in every format', async () => {
    const args = ['graph', 'generate', 'watts-strogatz', '--nodes', '12', '--k', '4', '--seed', '5']
    const drawn = await lacunaJson<object>(workspace, ...args, '--count', '3')
    expect(drawn).toHaveLength(3)
    expect(new Set(drawn.map((graph) => JSON.stringify(graph))).size).toBe(3)
    const measured: Properties[] = []
    for (const ending of ['json', 'graphml', 'txt']) {
      await lacunaJson(workspace, ...args, '--out', join(folder, `same.${ending}`))
      measured.push(
        ...(await lacunaJson<Properties>(workspace, 'graph', 'properties', join(folder, `same.${ending}`))),
      )
    }
    expect(Object.keys(measured[0]!)).toEqual(PROPERTY_NAMES)
    expect(measured).toEqual(Array<Properties>(3).fill(measured[0]!))
    const stored = JSON.parse(readFileSync(join(folder, 'same.json'), 'utf8')) as unknown
    expect(stored).toEqual(drawn[0])
    const several = await lacunaJson(workspace, ...args, '--count', '2', '--out', join(folder, 'some.gexf'))
    expect(several).toMatchObject([
      { index: 0, nodes: 12, edges: 24 },
      { index: 1, nodes: 12, edges: 24 },
    ])
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(['some-0.gexf', 'some-1.gexf']))
  })

  it('grows a Barabasi-Albert graph from what is asked for', async () => {
    const args = ['graph', 'generate', 'barabasi-albert', '--nodes', '7', '--m', '3']
    type Graph = { edges: { source: number; target: number }[] }
    const first = async (...more: string[]) => {
      const [graph] = await lacunaJson<Graph>(workspace, ...args, ...more)
      return graph!.edges.slice(0, 3).map(({ source, target }) => `${source}-${target}`)
    }
    expect(await first()).toEqual(['0-1', '0-2', '0-3'])
    expect(await first('--start', 'star')).toEqual(['0-1', '0-2', '0-3'])
    expect(await first('--start', 'isolated')).toEqual(['0-3', '1-3', '2-3'])
    const { code, stderr } = await lacuna(workspace, ...args, '--start', 'circle')
    expect(stderr).toMatch(/Allowed choices are star, isolated/)
    expect(code).toBe(2)
  })

  it('says what does not exist in a graph in pieces, and why', async () => {
    const path = file('pieces.txt', '0 1\n2 3\n')
    const { code, stdout, stderr } = await lacuna(workspace, 'graph', 'properties', path, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ nodes: 4, edges: 2, diameter: null, closeness_mean: null })
    expect(stderr).toMatch(/14 of 23 properties do not exist: the graph is in 2 pieces/)
  })

  it.each([
    ['laughs.graphml', '<!DOCTYPE x [<!ENTITY a "b">]><graphml/>', /types are not allowed/],
    ['cut.graphml', '<graphml>\n<graph>\n<node id="a"', /not a GraphML file: line 3/],
    ['twice.txt', 'a b\nb a\n', /line 2[\s\S]*--set parallelEdges=merge[\s\S]*decided first/],
  ])('refuses %s', async (name, content, message) => {
    const { code, stdout, stderr } = await lacuna(workspace, 'graph', 'properties', file(name, content))
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it('ends with 2 for wrong use', async () => {
    const { code, stderr } = await lacuna(workspace, 'graph', 'generate', 'kleinberg', '--nodes', '9')
    expect(stderr).toMatch(/has no --nodes/)
    expect(code).toBe(2)
  })
})

describeWithShared('published structures on the command line', (shared) => {
  const thesis = join(shared, 'thesis')
  const data = join(thesis, 'dataset', 'test_data.csv')
  const path = (cell: string, name: string) => join(thesis, 'structure', cell, name)
  const evaluation = (weights: string, graph: string) => {
    const wiring = ['--graph', graph, '--wiring', 'darji-2021', '--gate-mask', 'row-repeat']
    return ['eval', '--weights', weights, '--data', data, ...wiring, '--batch', '128']
  }

  it.each([
    ['rnn_tanh', 'barabasi_albert_99'],
    ['lstm', 'watts_strogatz_58'],
    ['gru', 'watts_strogatz_99'],
  ])('score as published: %s %s', async (cell, name) => {
    const args = evaluation(path(cell, `${name}.safetensors`), path(cell, `${name}.json`))
    const flags = ['--cell', cell.replace('_', '-'), '--padding', 'process', '--encoding', 'ascii']
    const [found] = await lacunaJson<{ total: number; correct: number }>(workspace, ...args, ...flags)
    expect(found!.total).toBe(6250)
    const { correct } = publishedStructure(shared, cell, name)
    expect(Math.abs(found!.correct - correct)).toBeLessThanOrEqual(2)
  })

  it('are not mistaken for others: the tensors that do not fit are listed', async () => {
    const args = evaluation(
      path('gru', 'watts_strogatz_99.safetensors'),
      path('gru', 'barabasi_albert_0.json'),
    )
    const { code, stdout, stderr } = await lacuna(workspace, ...args, '--cell', 'gru')
    expect(stderr).toMatch(/^tensor +expected +found\nembedding\.weight +128×2 +128×5\n/)
    expect(stderr).toMatch(/tensors do not fit the network .* nothing was loaded/)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  })

  it('that are NaN are evaluated only when that is accepted', async () => {
    const { tensors, metadata } = readSafetensors(readFileSync(path('gru', 'watts_strogatz_99.safetensors')))
    for (const { data: values } of tensors.values()) values.fill(Number.NaN)
    const args = evaluation(
      file('nan.safetensors', writeSafetensors(tensors, metadata)),
      path('gru', 'watts_strogatz_99.json'),
    )
    const refused = await lacuna(workspace, ...args, '--cell', 'gru')
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/27 tensors contain NaN .*--accept-nan/)
    const [accepted] = await lacunaJson(workspace, ...args, '--cell', 'gru', '--accept-nan')
    expect(accepted).toMatchObject({ total: 6250, loss: null })
  })

  it('correlate as published, and predict accuracy', async () => {
    interface Analysis {
      properties: { property: string; pearson: number }[]
      regressors: { regressor: string; subset: string; crossValidation: { mean: number } }[]
    }
    const csv = join(thesis, 'published', 'structure_gru.csv')
    const args = ['analyse', 'structure', '--csv', csv, '--folds', '5', '--repeats', '1']
    const [found] = await lacunaJson<Analysis>(workspace, ...args)
    const { properties, regressors } = found!
    expect(properties.map(({ property }) => property)).toEqual(PROPERTY_NAMES)
    const rounded = Object.fromEntries(properties.map((p) => [p.property, p.pearson.toFixed(2)]))
    // The table of correlations in the publication, column GRU.
    expect(rounded).toMatchObject({
      layers: '0.34',
      nodes: '0.49',
      source_nodes: '0.74',
      closeness_var: '-0.67',
    })
    expect(regressors).toHaveLength(3 * 4)
    const forest = regressors.find((r) => r.regressor === 'random-forest' && r.subset === 'all')!
    expect(forest.crossValidation.mean).toBeGreaterThan(0.4)
  })

  it('are analysed until a signal stops it', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no SIGINT between processes')
    const csv = join(thesis, 'published', 'structure_lstm.csv')
    const { child, ended } = startLacuna(workspace, [
      'analyse',
      'structure',
      '--csv',
      csv,
      '--repeats',
      '1000',
    ])
    await new Promise((resolve) => child.stderr!.once('data', resolve))
    child.kill('SIGINT')
    const { code, stdout, stderr } = await ended
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe('Analysing 200 trained structures.\nThe analysis was stopped; nothing was written.\n')
  })
})
