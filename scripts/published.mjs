// Makes resources/published.json, the published results that are drawn and judged beside our own, from the tables that
// were published with the thesis: node scripts/published.mjs FOLDER (with prune_rnn_tanh.csv and so on).
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const folder = process.argv[2]
if (folder === undefined) {
  console.error('Name the folder of the published tables: node scripts/published.mjs FOLDER')
  process.exit(2)
}

const CELLS = { 'rnn-tanh': 'rnn_tanh', 'rnn-relu': 'rnn_relu', lstm: 'lstm', gru: 'gru' }

/** Rows of one table as { mode, prune, epoch, accuracy }. */
function rowsOf(file) {
  const [head, ...lines] = readFileSync(join(folder, file), 'utf8').trim().split(/\r?\n/)
  const at = Object.fromEntries(head.split(',').map((name, index) => [name, index]))
  return lines.map((line) => {
    const cells = line.split(',')
    return {
      mode: cells[at.mode],
      prune: Number(cells[at.prune]),
      epoch: Number(cells[at.epoch]),
      accuracy: Number(cells[at.test_acc]),
    }
  })
}

/** Accuracies in the order of their epochs. */
const curve = (rows) => rows.sort((a, b) => a.epoch - b.epoch).map(({ accuracy }) => accuracy)

const pruning = Object.entries(CELLS).map(([cell, name]) => {
  const rows = rowsOf(`prune_${name}.csv`)
  const targets = Object.entries({
    both: `${name}_prune`,
    i2h: `${name}_prune_i2h`,
    h2h: `${name}_prune_h2h`,
  })
  const levels = targets.flatMap(([target, mode]) =>
    [10, 20, 30, 40, 50, 60, 70, 80, 90, 100].map((percent) => ({
      target,
      percent,
      accuracy: curve(rows.filter((row) => row.mode === mode && row.prune === percent)),
    })),
  )
  return { cell, base: curve(rows.filter((row) => row.mode === name)), levels }
})

const byCell = ([tanh, relu, lstm, gru]) => ({ 'rnn-tanh': tanh, 'rnn-relu': relu, lstm, gru })

/** Tables of the text: correlations of graph properties with test accuracy, and R^2 of one 90/10 split. */
const structure = {
  graphs: 200, // of each architecture, half of them Barabasi-Albert, half Watts-Strogatz
  correlations: {
    layers: byCell([0.25, 0.3, 0.28, 0.34]),
    nodes: byCell([0.4, 0.44, 0.44, 0.49]),
    edges: byCell([0.38, 0.43, 0.42, 0.49]),
    source_nodes: byCell([0.35, 0.47, 0.57, 0.74]),
    diameter: byCell([-0.23, -0.27, -0.32, -0.2]),
    density: byCell([0.29, 0.15, 0.29, 0.34]),
    average_shortest_path_length: byCell([-0.27, -0.25, -0.36, -0.23]),
    eccentricity_var: byCell([-0.22, -0.24, -0.3, -0.21]),
    degree_var: byCell([-0.28, -0.26, -0.39, -0.58]),
    closeness_var: byCell([-0.46, -0.39, -0.51, -0.67]),
    nodes_betweenness_var: byCell([-0.49, -0.41, -0.56, -0.52]),
    edge_betweenness_var: byCell([-0.34, -0.3, -0.44, -0.26]),
  },
  rSquared: {
    'bayesian-ridge': byCell([0.479, 0.361, 0.372, 0.672]),
    'random-forest': byCell([0.432, 0.615, 0.579, 0.876]),
    adaboost: byCell([0.357, 0.535, 0.595, 0.783]),
  },
}

const published = {
  source:
    'H. Darji, Investigating Sparsity in Recurrent Neural Networks, University of Passau 2021 (arXiv:2407.20601)',
  licence: 'MIT, copyright (c) 2021 Harshil Darji',
  claims: {
    // Safe percentages as claimed in the text of the thesis.
    safe: {
      'rnn-tanh': { both: 80, i2h: 70, h2h: 80 },
      'rnn-relu': { both: 70, i2h: 70, h2h: 70 },
      lstm: { both: 60, i2h: 70, h2h: 90 },
      gru: { both: 80, i2h: 80, h2h: 90 },
    },
    // Retraining epochs that regain the accuracy: one, except where named.
    regain: { epochs: 1, except: [{ cell: 'rnn-tanh', target: 'i2h', percent: 90, epochs: 2 }] },
    // What comes back with 100 % pruned; nothing else does.
    recovers: [
      { cell: 'lstm', target: 'h2h' },
      { cell: 'gru', target: 'h2h' },
    ],
  },
  pruning,
  structure,
}
writeFileSync(resolve(import.meta.dirname, '../resources/published.json'), `${JSON.stringify(published)}\n`)
