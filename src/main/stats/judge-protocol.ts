// In what a study departs from the protocol of the published one. A claim can be tested all the same; whoever reads the
// verdict has to know. Pure.
import { PRESETS } from '../../shared/presets.ts'
import { parseStudy, type PruningStudy, type StructureStudy } from '../../shared/study.ts'

/** The published pruning study: the preset, whose dataset is anybody's. */
function publishedPruning(): PruningStudy {
  const preset = PRESETS.find(({ id }) => id === 'darji-2021-pruning')!
  return parseStudy({ ...preset.definition, dataset: 'any' }) as PruningStudy
}

type Line = [what: string, own: unknown, published: unknown]

/** Only what differs, as 'padding mask instead of process'. */
function differing(lines: readonly Line[]): string[] {
  const text = (value: unknown) => (value === null ? 'none' : String(value))
  return lines
    .filter(([, own, theirs]) => own !== theirs)
    .map(([what, own, theirs]) => `${what} ${text(own)} instead of ${text(theirs)}`)
}

/** Departures of a pruning study: 'padding mask instead of process'. Seeds and data are no part of the protocol. */
export function pruningDepartures(study: PruningStudy): string[] {
  const theirs = publishedPruning()
  return differing([
    ['symbols', study.encoding, theirs.encoding],
    ['padding', study.padding, theirs.padding],
    ['embedding', study.model.embedding, theirs.model.embedding],
    ['layers', study.model.layers, theirs.model.layers],
    ['units', study.model.hidden, theirs.model.hidden],
    ['training epochs', study.training.epochs, theirs.training.epochs],
    ['batch size', study.training.batchSize, theirs.training.batchSize],
    ['learning rate', study.training.learningRate, theirs.training.learningRate],
    ['clipping', study.training.clipNorm, theirs.training.clipNorm],
    ['validation share', study.validationFraction, theirs.validationFraction],
    ['training sequences', study.trainLimit ?? 'all', theirs.trainLimit ?? 'all'],
    ['scope', study.prune.scope, theirs.prune.scope],
    ['rule', study.prune.rule, theirs.prune.rule],
    ['retraining epochs', study.prune.retrainEpochs, theirs.prune.retrainEpochs],
  ])
}

/** Departures of a structure study (science.md section 4: 15 epochs of batches of 128, 10 to 50 vertices, own graphs). */
export function structureDepartures(study: StructureStudy): string[] {
  const { structure, training } = study
  const kinds = [...new Set(structure.families.map(({ kind }) => kind))].sort().join(' and ')
  return differing([
    ['symbols', study.encoding, 'ascii'],
    ['padding', study.padding, 'process'],
    ['training epochs', training.epochs, 15],
    ['batch size', training.batchSize, 128],
    ['training sequences', study.trainLimit ?? 'all', 'all'],
    ['graphs', kinds, 'barabasi-albert and watts-strogatz'],
    ['smallest graph', structure.nodes.min, 10],
    ['largest graph', structure.nodes.max, 50],
    ['wiring', structure.wiring, 'darji-2021'],
    ['gate mask', structure.gateMask, 'row-repeat'],
    ['graphs per architecture', structure.graphsPerCell, 'own'],
    ['size budget', structure.budget?.kind ?? null, null],
  ])
}
