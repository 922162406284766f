// The colour of a symbol by its rank in the dataset, as a class of styles/symbols.css.

const COLOURED = 8

/** Name the class of a symbol; all beyond the most frequent ones share `symbol-rare`. */
export function symbolClass(symbol: string, ranks: ReadonlyMap<string, number>): string {
  const rank = ranks.get(symbol) ?? COLOURED
  return rank < COLOURED ? `symbol-${rank}` : 'symbol-rare'
}
