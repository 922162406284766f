// Structures over the real server: a small study is trained, drawn, replayed, played and exported as the interface does
// it; graph files, rows 64 to 67 of the hardening table, are uploaded; graphs are drawn from generators.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readGraph } from '../../src/main/graph/formats/formats.ts'
import { structureSchema } from '../../src/shared/structure-study.ts'
import { addDataset, tinyStudy } from '../study/bench.ts'
import { realServer, type RealServer } from './real-server.ts'

const folder = mkdtempSync(join(realpathSync(tmpdir()), 'lacuna-structures-'))
const workspace = join(folder, 'workspace')
let server: RealServer
let engine: string | undefined // why no engine works here
let runs: string[] = []
beforeAll(async () => {
  server = await realServer(workspace)
  const { engines } = await server.request('app/info', {})
  if (!engines.some(({ available }) => available)) {
    engine = engines.map(({ reason }) => reason).join(' ')
    return
  }
  const dataset = addDataset(server.workbench.store)
  const { id } = await server.request('study/start', {
    definition: tinyStudy(dataset.id, { cells: ['gru'] }),
  })
  await server.workbench.studies.idle()
  runs = (await server.request('study/show', { id })).runs.map((run) => run.id)
}, 60_000)
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** While the program is closed, change one bit of the stored weights of a run, as a failing disk would. */
async function flipBit(run: string): Promise<void> {
  const weights = Buffer.from(server.workbench.store.blobs.require(run, 'weights'))
  weights[weights.length - 3]! ^= 4
  await server.close()
  const database = new Database(join(workspace, 'lacuna.db'))
  database.prepare(`UPDATE blobs SET content = ? WHERE run_id = ? AND kind = 'weights'`).run(weights, run)
  database.close()
  server = await realServer(workspace)
}

/** Everything the interface could see of the stored data. */
async function stored(): Promise<string> {
  const all = [await server.request('dataset/list', {}), await server.request('study/list', {})]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

describe('a trained network', () => {
  it('is drawn, also against another', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const [base, pruned] = runs
    const view = await server.request('structure/show', { run: pruned!, against: { run: base! } })
    expect(view).toMatchObject({
      runId: pruned,
      gate: 'any',
      cell: 'gru',
      epoch: 2,
      against: { runId: base, epoch: 3, regrown: 0 },
    })
    expect(view.units).toHaveLength(4 + 6 + 2)
    expect(view.connections.filter(({ change }) => change === 'kept')).toHaveLength(view.against!.kept)
    const error = await server.request('structure/show', { run: base!, gate: 'f' }).catch((e: unknown) => e)
    expect(error).toMatchObject({
      code: 'bad-request',
      message: "The gate 'f' was asked for; gru has r, z, n, or any.",
    })
  })

  it('is trained again to show every epoch, and the files are deleted at the end', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const [base] = runs
    const early = server.request('structure/show', { run: base!, epoch: 1 })
    await expect(early).rejects.toMatchObject({ code: 'not-found' })
    expect(await server.request('structure/replay', { run: base!, task: 'r' })).toEqual({
      epochs: [-1, 1, 2, 3],
    })
    const views = []
    for (const epoch of [-1, 1, 2, 3])
      views.push(await server.request('structure/show', { run: base!, epoch }))
    expect(new Set(views.map(({ connections }) => JSON.stringify(connections))).size).toBe(4)
    expect(readdirSync(join(workspace, 'temp', 'replays'))).toEqual(['0'])
  })

  it('plays a sequence of the dataset and a typed one', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const [base] = runs
    const { definition } = (await server.request('study/list', {}))[0]!
    const page = { id: definition.dataset, split: 'test', offset: 3, limit: 1 } as const
    const sequence = (await server.request('dataset/sequences', page)).sequences[0]!
    const { index } = sequence
    const found = await server.request('structure/trace', { run: base!, sequence: { split: 'test', index } })
    expect(found.text).toBe(sequence.text)
    expect(found.cells[0]!.h).toHaveLength(6 * sequence.text.length)
    expect(found.probabilities.reduce((sum, { value }) => sum + value, 0)).toBeCloseTo(1, 12)
    const typed = server.request('structure/trace', { run: base!, sequence: { text: 'BEPQ' } })
    await expect(typed).rejects.toMatchObject({
      code: 'bad-request',
      message: expect.stringMatching(/^The character 'Q' at place 4/) as string,
    })
  })

  it('is exported in every format under a name that says what it is', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const run = runs[1]!
    for (const [format, ending] of [
      ['graphml', 'graphml'],
      ['gexf', 'gexf'],
      ['edge-list', 'edges'],
      ['node-link', 'json'],
    ] as const) {
      const { fileName, text } = await server.request('structure/export', {
        run,
        epoch: 0,
        gate: 'z',
        format,
      })
      expect(fileName).toMatch(
        new RegExp(`^lacuna-run-${run}-epoch-0-gate-z-\\d{4}-\\d{2}-\\d{2}\\.${ending}$`),
      )
      if (format === 'gexf') expect(text).toContain('<gexf')
      else expect(readGraph(Buffer.from(text)).graph!.edges.length).toBeGreaterThan(0)
    }
  })

  it('whose weights are damaged on the disk is not shown, and everything else is', async ({ skip }) => {
    if (engine !== undefined) skip(engine)
    const [, , random] = runs
    await flipBit(random!)
    expect(existsSync(join(workspace, 'temp', 'replays'))).toBe(false)
    for (const request of [
      server.request('structure/show', { run: random! }),
      server.request('structure/trace', { run: random!, sequence: { text: 'BEP' } }),
      server.request('structure/replay', { run: random!, task: 'd' }),
    ]) {
      await expect(request).rejects.toMatchObject({
        code: 'item-damaged',
        message: expect.stringMatching(/weights of run .* does not match its checksum/) as string,
      })
    }
    // Its start follows from the base.
    expect(await server.request('structure/show', { run: random!, epoch: 0 })).toMatchObject({ epoch: 0 })
  })
})

const graphml = (body: string) =>
  `<?xml version="1.0"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n<graph edgedefault="undirected">\n${body}\n</graph>\n</graphml>\n`

/** Row of the table, name and content of the file, and the sentence that refuses it. */
const REFUSED: [row: number, name: string, text: string, message: RegExp][] = [
  [
    64,
    'laughs.graphml',
    `<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l "ha"><!ENTITY l9 "&l;&l;">]>${graphml('<node id="&l9;"/>').slice(21)}`,
    /document types are not allowed/i,
  ],
  [
    64,
    'outside.graphml',
    '<!DOCTYPE g SYSTEM "file:///etc/passwd"><graphml/>',
    /document types are not allowed/i,
  ],
  [65, 'cut.graphml', graphml('<node id="a"/><node id="b"/>').slice(0, 130), /not a GraphML file: line [45]/],
  [65, 'page.graphml', '<html><body>graph</body></html>', /not a GraphML file.*line 1/],
]

/** Row of the table, the file, the code of what stops it, where, and the choice that lets it pass with so many edges. */
const STOPPED: [row: number, what: string, text: string, code: string, place: string, edges: number][] = [
  [
    66,
    'a duplicate node',
    graphml('<node id="a"/>\n<node id="a"/>\n<node id="b"/>\n<edge source="a" target="b"/>'),
    'duplicate-node',
    'line 5',
    1,
  ],
  [
    66,
    'a dangling edge',
    graphml('<node id="a"/>\n<edge source="a" target="b"/>'),
    'dangling-edge',
    'line 5',
    1,
  ],
  [66, 'a self loop', 'a b\nb b\n', 'self-loop', 'line 2', 1],
  [66, 'parallel edges', 'a b\nb c\nb a\n', 'parallel-edge', 'line 3', 2],
]

const importArgs = (file: { fileId: string }, options = {}) => ({ file, options })

describe('a graph file', () => {
  it.each(REFUSED)('row %i: %s is refused in words', async (_row, name, text, message) => {
    const before = await stored()
    const file = await server.upload(name, Buffer.from(text))
    await expect(server.request('graph/import', importArgs(file))).rejects.toThrow(message)
    await server.request('file/discard', file)
    expect(await stored()).toBe(before)
  })

  it.each(STOPPED)(
    'row %i: %s stops it with its place and a way out',
    async (_row, _what, text, code, place, edges) => {
      const file = await server.upload('graph.txt', Buffer.from(text))
      const found = await server.request('graph/import', importArgs(file))
      expect(found.graph).toBeUndefined()
      const [problem] = found.problems
      expect(problem).toMatchObject({ code, severity: 'stop', count: 1 })
      expect(problem!.places[0]).toContain(place)
      const again = await server.request('graph/import', importArgs(file, problem!.choices[0]!.options))
      expect(again.graph!.edges).toHaveLength(edges)
      await server.request('file/discard', file)
    },
  )

  it.each([
    ['NUL', 'a\0b'],
    ['too long', 'x'.repeat(1 << 20)],
  ])('row 66: an id that is %s stops it, and nothing lets it pass', async (_what, id) => {
    const file = await server.upload(
      'graph.json',
      Buffer.from(JSON.stringify({ nodes: [{ id }, { id: 'b' }], links: [] })),
    )
    const { graph, problems } = await server.request('graph/import', importArgs(file))
    expect(graph).toBeUndefined()
    expect(problems).toMatchObject([{ code: 'bad-id', choices: [], places: ['node 1'] }])
  })

  it('row 67: of more edges than can be drawn is read whole, and the limit is said', async () => {
    const count = 500_000
    const lines = Array.from({ length: count }, (_, i) => `${i % 1000} ${1000 + Math.floor(i / 1000)}`)
    const file = await server.upload('large.edges', Buffer.from(lines.join('\n')))
    const { graph, problems } = await server.request('graph/import', importArgs(file))
    expect(graph).toMatchObject({ nodes: 1500 })
    expect(graph!.edges).toHaveLength(count)
    expect(problems.map(({ message }) => message).join()).toMatch(/500,000 edges; .* shows at most 2,500/)
  })

  it('is gone after it was discarded', async () => {
    const file = await server.upload('graph.txt', Buffer.from('a b\n'))
    await server.request('file/discard', file)
    await expect(server.request('graph/import', importArgs(file))).rejects.toMatchObject({
      code: 'not-found',
    })
  })
})

describe('a graph of a generator', () => {
  const structure = structureSchema.parse({
    families: [
      { kind: 'watts-strogatz', count: 3 },
      { kind: 'random-dag', count: 2, density: 1 },
    ],
    nodes: { min: 12, max: 12 },
  })
  const sample = (family: number, index: number) =>
    server.request('graph/sample', { structure, family, index })

  it('comes with its layers and properties, the same every time', async () => {
    const found = await sample(0, 2)
    expect(found.name).toBe('watts-strogatz 2')
    expect(found.graph.nodes).toBe(12)
    expect(found.layers.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, v) => v))
    // k = floor(12 / 5) = 2: a ring, rewired.
    expect(found.properties).toMatchObject({ nodes: 12, edges: 12, layers: found.layers.length })
    expect(await sample(0, 2)).toEqual(found)
    expect((await sample(0, 1)).graph.edges).not.toEqual(found.graph.edges)
  })

  it('of full density is a line of layers of one vertex', async () => {
    const { layers, properties } = await sample(1, 0)
    expect(layers).toEqual(Array.from({ length: 12 }, (_, v) => [v]))
    expect(properties).toMatchObject({ edges: 66, diameter: 1, density: 0.5 })
  })

  it('that the study does not have is said', async () => {
    await expect(sample(0, 3)).rejects.toMatchObject({ code: 'not-found' })
  })
})
