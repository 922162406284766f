// What makes a weight worth keeping: one function per criterion, registered below. Larger scores are kept longer.
import type { ParameterShape } from '../../shared/network.ts'
import { randomStream } from '../../shared/random.ts'
import type { Criterion } from '../../shared/study.ts'

export type Scores = Float32Array | Float64Array

/**
 * Score every value of one weight matrix. Must not depend on the percentage, so that masks of a higher percentage lie
 * within those of a lower one.
 */
export type ScoreFunction = (shape: ParameterShape, values: Scores, seed: number | string) => Scores

/** |w|, in the precision of the weights. */
const magnitude: ScoreFunction = (_, values) => values.map(Math.abs)

/** Uniform numbers: every set of weights is equally likely to go. */
const random: ScoreFunction = ({ name, size }, _, seed) => {
  const stream = randomStream(seed, 'prune', 'random', name)
  return Float64Array.from({ length: size }, () => stream.float())
}

/** To add a criterion, name it in src/shared/study.ts and put its function here; the rest follows. */
export const SCORE_FUNCTIONS: Record<Criterion, ScoreFunction> = { magnitude, random }
