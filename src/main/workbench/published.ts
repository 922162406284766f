// The published results, as they are shipped: checked once, when they are first asked for.
import published from '../../../resources/published.json' with { type: 'json' }
import { publishedSchema, type Published } from '../../shared/published.ts'

let checked: Published | undefined

/** The published results that ours are held against. */
export function publishedResults(): Published {
  return (checked ??= publishedSchema.parse(published))
}
