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
  },
  pruning,
}
writeFileSync(resolve(import.meta.dirname, '../resources/published.json'), `${JSON.stringify(published)}\n`)
