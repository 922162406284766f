// How a connection looks: colour, width, dash and order, as a few classes, so that thousands are painted in a few
// strokes. Used by the screen and by the exported figure.
import type { StructureConnection } from '../../shared/structure-view.ts'
import { signedColour, weightShare, type StructureTheme } from './colours.ts'

const LEVELS = 12 // of magnitude

export interface Stroke {
  key: string // equal for strokes that look the same
  colour: string
  width: number
  alpha: number
  dash: readonly number[]
  order: number // later ones lie above
}

export interface StrokeContext {
  theme: StructureTheme
  largest: number // end of the scale
  compared: boolean // colours tell what became of a connection, not its weight
  crowd: number // connections drawn: many are drawn finer
}

/** 1 for a few hundred connections, less for thousands. */
function fineness({ crowd }: StrokeContext): number {
  return Math.min(1, Math.max(0.36, Math.sqrt(420 / Math.max(1, crowd))))
}

/** Ghosts keep below everything live. */
function ghost(context: StrokeContext): Stroke {
  const fine = fineness(context)
  return {
    key: 'ghost',
    colour: context.theme.ghost,
    width: 0.8 * fine + 0.1,
    alpha: 0.3 + 0.5 * fine,
    dash: [],
    order: -1,
  }
}

function changed({ change, live }: StructureConnection, context: StrokeContext): Stroke {
  const { theme } = context
  if (change === undefined || (!live && change === 'kept')) return ghost(context)
  const fine = fineness(context)
  const look = {
    kept: { width: fine, alpha: 0.35 + 0.5 * fine, dash: [], order: 0 },
    removed: { width: 1.5 * fine + 0.1, alpha: 0.5 + 0.45 * fine, dash: [5, 3.5], order: 1 },
    regrown: { width: 2 * fine + 0.4, alpha: 1, dash: [], order: 2 },
  }[change]
  return { key: change, colour: theme.changes[change], ...look }
}

/** Look of a signed value on a scale that ends at `largest`; stronger is wider and lies above. */
export function signedStroke(value: number, context: StrokeContext): Stroke {
  const share = weightShare(value, context.largest)
  const level = Math.max(1, Math.ceil(Math.abs(share) * LEVELS))
  const sign = share < 0 ? -1 : 1
  const strength = level / LEVELS
  const fine = fineness(context)
  return {
    key: `${sign * level}`,
    colour: signedColour(context.theme, sign * strength),
    width: (0.6 + 2.2 * strength * strength) * fine + 0.1,
    alpha: (0.25 + 0.7 * strength) * (0.45 + 0.55 * fine),
    dash: [],
    order: level,
  }
}

/** Look of a connection by its weight, or by its change where two runs are compared. */
export function strokeOf(connection: StructureConnection, context: StrokeContext): Stroke {
  if (context.compared) return changed(connection, context)
  return connection.live ? signedStroke(connection.weight, context) : ghost(context)
}
