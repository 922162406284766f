// Which weights compete with each other for being kept.
import type { NetworkDescription, ParameterShape } from '../../shared/network.ts'
import { GATES, parameterShapes } from '../../shared/network.ts'
import type { Scope, Target } from '../../shared/study.ts'

/** Values `from` (inclusive) to `to` (exclusive) of a weight matrix. */
export interface Segment {
  name: string
  from: number
  to: number
}

const ROLES: Record<Target, readonly string[]> = {
  both: ['weight_ih', 'weight_hh'],
  i2h: ['weight_ih'],
  h2h: ['weight_hh'],
}

/** The recurrent weight matrices a target selects, in canonical order; never biases, embedding or readout. */
export function targetShapes(network: NetworkDescription, target: Target): ParameterShape[] {
  return parameterShapes(network).filter(({ role }) => ROLES[target].includes(role))
}

/** The groups of weights that compete under a scope, each a list of segments; together they are the whole target. */
export function competingGroups(network: NetworkDescription, target: Target, scope: Scope): Segment[][] {
  const shapes = targetShapes(network, target)
  const whole = ({ name, size }: ParameterShape): Segment => ({ name, from: 0, to: size })
  switch (scope) {
    case 'global':
      return [shapes.map(whole)]
    case 'per-layer':
      return network.layers.map((_, layer) => shapes.filter((shape) => shape.layer === layer).map(whole))
    case 'per-matrix':
      return shapes.map((shape) => [whole(shape)])
    case 'per-gate':
      return shapes.flatMap((shape) => {
        const size = shape.size / GATES[network.cell].length // the rows of a gate are one block
        return GATES[network.cell].map((_, gate) => [
          { name: shape.name, from: gate * size, to: (gate + 1) * size },
        ])
      })
  }
}
