// Finds what a person means by a name, an id or the beginning of an id. Guesses nothing: two matches are an error.
import { LacunaError } from '../../shared/errors.ts'

interface Named {
  id: string
  name: string
}

/** Fewest characters of an id that may stand for it. */
const SHORTEST = 4

/**
 * Find one item by name, full id, or the first characters of an id, in this order.
 * @param what as in "no such dataset"
 * @throws LacunaError not-found, or conflict when it could be several
 */
export function findByName<T extends Named>(items: readonly T[], asked: string, what: string): T {
  const ways = [
    items.filter((item) => item.id === asked),
    items.filter((item) => item.name === asked),
    asked.length < SHORTEST ? [] : items.filter((item) => item.id.startsWith(asked)),
  ]
  const found = ways.find((way) => way.length > 0) ?? []
  if (found.length === 1) return found[0]!
  if (found.length > 1) {
    const ids = found.map((item) => item.id.slice(0, 12)).join(', ')
    throw new LacunaError(
      'conflict',
      `'${asked}' could be ${found.length} ${what}s; name one by its id: ${ids}.`,
    )
  }
  const have = items.slice(0, 10).map((item) => `${item.name} (${item.id.slice(0, 12)})`)
  const there =
    have.length === 0
      ? 'there is none yet'
      : `there are: ${have.join(', ')}${items.length > 10 ? ', ...' : ''}`
  throw new LacunaError('not-found', `There is no ${what} '${asked}'; ${there}.`)
}
